"""PNG and JPEG bytes to pixels, through Pillow, with one sentence for a picture that is cut or damaged."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.core.errors import UserError

# What Pillow raises on damaged pictures (a broken PNG chunk is a SyntaxError there).
DAMAGE = (OSError, SyntaxError, ValueError, struct.error, zlib.error, Image.DecompressionBombError)


def rgb(picture: Path | bytes, source: str, size: int | None = None) -> np.ndarray:
    """(h, w, 3) uint8 pixels of a PNG or JPEG, given as a path or as its bytes; grey pictures become RGB.

    size: the shorter side is resized to 256/224 of it and the middle size x size cut out (ImageNet's usual
    evaluation crop); None keeps the picture as it is. Raises UserError, naming `source`, on a damaged picture.
    """
    try:
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as opened:
            image = opened.convert("RGB")
    except DAMAGE as error:
        raise UserError(f"{source}: cannot be decoded as a picture, it is cut or damaged.") from error
    return np.asarray(image if size is None else _crop(image, size))


def dimensions(path: Path) -> tuple[int, int]:
    """(height, width) in pixels, from the header alone; UserError when the file is no picture."""
    try:
        with Image.open(path) as opened:
            return opened.height, opened.width
    except DAMAGE as error:
        raise UserError(f"{path}: cannot be decoded as a picture, it is cut or damaged.") from error


def _crop(image: Image.Image, size: int) -> Image.Image:
    scale = round(size * 256 / 224) / min(image.size)
    image = image.resize([max(size, round(side * scale)) for side in image.size], Image.Resampling.BILINEAR)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return image.crop((left, top, left + size, top + size))
