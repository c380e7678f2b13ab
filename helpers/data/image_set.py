"""One data set in memory: 8-bit images, labels, class names and the checksum that identifies the bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from helpers.core.errors import UserError


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images and labels of one split, on the CPU.

    name: the data set, for example "mnist"; split: "train" or "test".
    images: (n, c, h, w) uint8; labels: (n,) int64, each the index of a class in `classes`.
    checksum: SHA-256, in hexadecimal, of the shape, the pixel bytes and the label bytes.
    """

    name: str
    split: str
    images: torch.Tensor
    labels: torch.Tensor
    classes: tuple[str, ...]
    checksum: str

    def __len__(self) -> int:
        return len(self.labels)

    def floats(self, device: torch.device | str = "cpu") -> torch.Tensor:
        """The images as (n, c, h, w) float32 in [0, 1] on `device`: pixel / 255."""
        white = torch.full((1,), 255.0, device=device)
        # A division by a tensor: by a Python number CUDA multiplies with the reciprocal, which rounds differently.
        return self.images.to(device=device, dtype=torch.float32).div_(white)

    def subset(self, indices: Sequence[int] | torch.Tensor) -> "ImageSet":
        """The images at `indices` (integers, or one boolean per image), in that order, with their own checksum."""
        index = torch.as_tensor(indices)
        index = index if index.dtype == torch.bool else index.to(torch.int64)
        images, labels = self.images[index], self.labels[index]
        return replace(self, images=images, labels=labels, checksum=checksum_of(images, labels))


def checksum_of(images: torch.Tensor, labels: torch.Tensor) -> str:
    """SHA-256 (hexadecimal) of shape, pixels and labels of images (n, c, h, w) uint8 and labels (n,) int64."""
    digest = hashlib.sha256(repr(tuple(images.shape)).encode())
    digest.update(images.contiguous().numpy())
    digest.update(labels.contiguous().numpy().astype("<i8"))
    return digest.hexdigest()


def check(images: torch.Tensor, labels: torch.Tensor, classes: Sequence[str], source: str) -> None:
    """Raise UserError, naming `source` (the file or folder), unless this is a sound labelled set.

    Refused: images that are not (n, c, h, w) uint8 with 1 or 3 channels, labels that are not (n,) int64,
    an empty set, labels outside the classes, a class without any image.
    """
    shape = tuple(images.shape)
    if images.dtype != torch.uint8 or images.ndim != 4 or shape[1] not in (1, 3) or 0 in shape[2:]:
        wanted = "(n, c, h, w) uint8 with 1 or 3 channels"
        raise UserError(f"{source}: images must be {wanted}, not {shape} {images.dtype}.")
    if labels.dtype != torch.int64 or labels.ndim != 1:
        raise UserError(f"{source}: labels must be (n,) int64, not {tuple(labels.shape)} {labels.dtype}.")
    if len(images) != len(labels):
        raise UserError(f"{source}: {len(images)} images, but {len(labels)} labels.")
    if len(images) == 0:
        raise UserError(f"{source}: no images.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= len(classes):
        wrong = low if low < 0 else high
        raise UserError(f"{source}: label {wrong} is outside the {len(classes)} classes 0 to {len(classes) - 1}.")
    missing = torch.bincount(labels, minlength=len(classes)).eq(0).nonzero().flatten().tolist()
    if missing:
        raise UserError(f"{source}: no image of class {missing[0]} ({classes[missing[0]]}).")
