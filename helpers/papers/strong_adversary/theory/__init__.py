"""The propositions of the paper, checked on small random problems."""
