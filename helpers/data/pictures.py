"""PNG and JPEG bytes to pixels, through Pillow, with one sentence for a picture that is cut or damaged."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from helpers.core.errors import UserError

ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
"""The EXIF tag of a camera's turn, and its values that exchange height and width."""

# What Pillow raises on damaged pictures (a broken PNG chunk is a SyntaxError there).
DAMAGE = (OSError, SyntaxError, ValueError, struct.error, zlib.error, Image.DecompressionBombError)


def rgb(picture: Path | bytes, source: str, size: int | None = None) -> np.ndarray:
    """(h, w, 3) uint8 pixels of a PNG or JPEG, given as a path or as its bytes; grey pictures become RGB.

    size: the shorter side is resized to 256/224 of it and the middle size x size cut out (ImageNet's usual
    evaluation crop); None keeps the picture as it is. Raises UserError, naming `source`, on a damaged picture.
    """
    try:
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as opened:
            image = _eight_bit(ImageOps.exif_transpose(opened)).convert("RGB")
    except DAMAGE as error:
        raise UserError(f"{source}: cannot be decoded as a picture, it is cut or damaged.") from error
    return np.asarray(image if size is None else _crop(image, size))


def dimensions(path: Path) -> tuple[int, int]:
    """(height, width) in pixels, from the header alone; UserError when the file is no picture."""
    try:
        with Image.open(path) as opened:
            turned = opened.getexif().get(ORIENTATION, 1) in SIDEWAYS
            return (opened.width, opened.height) if turned else (opened.height, opened.width)
    except DAMAGE as error:
        raise UserError(f"{path}: cannot be decoded as a picture, it is cut or damaged.") from error


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey pictures of 16 bits a pixel with the nearest of 256 levels; the others as they are."""
    if not image.mode.startswith("I"):
        return image
    values = np.asarray(image).astype(np.float64)
    return Image.fromarray(np.floor(values / 257 + 0.5).clip(0, 255).astype(np.uint8))


def _crop(image: Image.Image, size: int) -> Image.Image:
    scale = round(size * 256 / 224) / min(image.size)
    image = image.resize([max(size, round(side * scale)) for side in image.size], Image.Resampling.BILINEAR)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return image.crop((left, top, left + size, top + size))
