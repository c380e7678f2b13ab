"""Writing a file so that a reader sees either the old one or the new one, never half of it."""

import os
from pathlib import Path

from helpers.core.errors import UserError


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to a temporary name beside `path` and rename it; missing folders are made."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"Could not write {path}: {error.strerror or error}.") from error
    finally:
        # After a failure only; the directory itself may be missing.
        if temporary.parent.is_dir():
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of `text` in UTF-8, with newlines as they are."""
    write_bytes(path, text.encode("utf-8"))
