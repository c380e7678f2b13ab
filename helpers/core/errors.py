"""The one exception of the suite that a user is meant to read."""


class UserError(Exception):
    """Something the user can mend: its text is one clear sentence, shown without a traceback (exit status 2)."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback."""
        return [str(self)]
