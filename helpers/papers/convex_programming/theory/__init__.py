"""What the paper claims exactly, checked on small random problems."""
