"""Decoded data sets on disk: one safetensors file per split, checked when read."""

import contextlib
import hashlib
import json
import logging
import os
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from helpers.core.errors import UserError
from helpers.core.files import disk_full, readable, replacing
from helpers.data.image_set import ImageSet, check, checksum_of

FORMAT = 2  # raise it when a decoder changes what it returns
log = logging.getLogger(__name__)


def place(cache: Path, name: str, split: str, files: list[Path]) -> Path:
    """Where a split is kept: its name and a key over the source files' paths, sizes and modification times."""
    stamps = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = hashlib.sha256(json.dumps([FORMAT, stamps]).encode()).hexdigest()[:16]
    return cache / "data" / f"{name}-{split}-{key}.safetensors"


def read(path: Path) -> ImageSet | None:
    """The set kept at `path`, its counts and checksum compared; None when there is none or it is damaged.

    A damaged file is renamed to `<path>.damaged`, with one warning.
    """
    if not path.is_file():
        return None
    readable(path)
    try:
        with safe_open(path, "pt") as stored:
            about = stored.metadata()
            # Copies: the tensors of an open file would read from the disk, which others may change.
            images, labels = stored.get_tensor("images").clone(), stored.get_tensor("labels").clone()
        classes = tuple(json.loads(about["classes"]))
        check(images, labels, classes, str(path))
        if len(images) != int(about["count"]) or checksum_of(images, labels) != about["checksum"]:
            raise ValueError("count or checksum differ")
        return ImageSet(about["name"], about["split"], images, labels, classes, about["checksum"])
    except (SafetensorError, UserError, OSError, ValueError, KeyError, TypeError) as error:
        _set_aside(path, error)
        return None


def read_checksum(path: Path) -> str | None:
    """The checksum kept at `path`, without reading the images; None when there is none or it cannot be read."""
    try:
        with safe_open(path, "pt") as stored:
            return stored.metadata()["checksum"]
    except (SafetensorError, OSError, KeyError, TypeError):
        return None


def write(path: Path, data: ImageSet) -> None:
    """Keep a set at `path`: written under a temporary name, then renamed. On a full disk: one warning, nothing kept."""
    about = {
        "name": data.name,
        "split": data.split,
        "classes": json.dumps(data.classes),
        "count": str(len(data)),
        "checksum": data.checksum,
    }
    try:
        with replacing(path) as temporary:
            save_file({"images": data.images.contiguous(), "labels": data.labels.contiguous()}, temporary, about)
    except (OSError, SafetensorError) as error:
        reason = "the disk is full" if disk_full(error) else str(error)
        log.warning("%s cannot be written (%s): going on without the decoded cache.", path, reason)


def _set_aside(path: Path, error: Exception) -> None:
    aside = path.with_name(path.name + ".damaged")
    log.warning("%s is damaged (%s): set aside as %s, decoding again.", path, error, aside.name)
    # Another process was first, or the cache is read-only: the data is decoded again either way.
    with contextlib.suppress(OSError):
        os.replace(path, aside)
