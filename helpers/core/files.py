"""Writing a file so that a reader sees either the old one or the new one, never half of it, and colleagues can read it."""

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from helpers.core.errors import UserError


class DiskFull(UserError):
    """Nothing more can be written: a run stops at once."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` to write to; afterwards it takes the place of `path`, with the rights of the umask.

    Missing folders are made. Whatever goes wrong, the old file stays and the temporary one goes.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        share(temporary)
        temporary.replace(path)
    finally:
        # After a failure only; the folder itself may be missing, or not to be written to.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def share(path: Path) -> None:
    """Give a file the rights that the umask gives new files; some libraries write private ones."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` by way of a temporary name. UserError where it cannot be written."""
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of `text` in UTF-8, with newlines as they are."""
    write_bytes(path, text.encode("utf-8"))


def unwritable(path: Path, error: Exception) -> UserError:
    """The sentence on a file that could not be written; a DiskFull where that is the reason."""
    if disk_full(error):
        return DiskFull(f"Could not write {path}: the disk is full.")
    return UserError(f"Could not write {path}: {getattr(error, 'strerror', None) or error}.")


def disk_full(error: Exception) -> bool:
    """Whether an error says that the disk, or the user's share of it, is full."""
    # safetensors passes the system's error on as text only.
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error) or (
        f"(os error {errno.ENOSPC})" in str(error)
    )  # fmt: skip


def readable(path: Path) -> None:
    """UserError where a file or folder is there and this user may not read it: it is not damaged."""
    if path.exists() and not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise UserError(f"{path} cannot be read: this user has no right to; ask its owner, or use another folder.")
