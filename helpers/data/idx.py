"""MNIST in torchvision's layout: four idx files, plain or gzipped, in `<folder>/MNIST/raw/`."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import torch

from helpers.core.errors import UserError

CLASSES = tuple("0123456789")
PREFIX = {"train": "train", "test": "t10k"}


def files(name: str, split: str, folder: Path) -> list[Path]:
    """The image file and the label file of a split; the plain one where plain and .gz are both there."""
    raw = folder / "MNIST" / "raw"
    stems = (f"{PREFIX[split]}-images-idx3-ubyte", f"{PREFIX[split]}-labels-idx1-ubyte")
    return [_plain_or_gz(raw / stem) for stem in stems]


def read(name: str, split: str, folder: Path) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Images (n, 1, h, w) uint8, labels (n,) int64 and the class names of MNIST."""
    image_file, label_file = files(name, split, folder)
    images, labels = read_idx(image_file, 3), read_idx(label_file, 1)
    return torch.from_numpy(images)[:, None], torch.from_numpy(labels.astype(np.int64)), CLASSES


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The uint8 array of an idx file: 2 zero bytes, type 8, number of dimensions, sizes as big-endian int32, bytes.

    Raises UserError when the file is not of that kind or holds another number of bytes than its header says.
    """
    data = _bytes(path)
    start = 4 + 4 * dimensions
    if len(data) < start or data[:4] != bytes((0, 0, 8, dimensions)):
        raise UserError(f"{path}: not an idx file of {dimensions}-dimensional unsigned bytes (wrong or cut header).")
    shape = np.frombuffer(data, ">i4", dimensions, offset=4).tolist()
    expected, found = math.prod(shape), len(data) - start
    if min(shape) < 0 or expected != found:
        raise UserError(
            f"{path}: its header says {shape[0]} items of {expected} bytes in all, but {found} bytes are there."
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape).copy()


def _plain_or_gz(plain: Path) -> Path:
    packed = plain.with_name(plain.name + ".gz")
    for path in (plain, packed):
        if path.is_file():
            return path
    raise UserError(f"{plain}: file not found, nor with .gz.")


def _bytes(path: Path) -> bytes:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                return stream.read()
        return path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: the gzip file is cut or damaged ({error}).") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from error
