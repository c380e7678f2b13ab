"""Any folder of class folders: `<folder>/<name>/{train, val or test}/<class>/*.{jpg, jpeg, png}`."""

from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from helpers.core.errors import UserError
from helpers.data import pictures

FOLDERS = {"train": ("train",), "test": ("test", "val")}
SUFFIXES = {".jpg", ".jpeg", ".png"}
OTHER_PICTURES = {".gif", ".bmp", ".tif", ".tiff", ".webp", ".avif", ".heic", ".jp2", ".ppm", ".pgm", ".jfif"}
"""Not read, and not passed over in silence."""

SIZES = {"imagenet": 224}  # sets whose pictures come in all sizes, and the side they are cut to
LIMIT = 16 * 2**30  # bytes: more than this as one array is a mistake rather than a wish


def split_folder(name: str, split: str, folder: Path) -> Path | None:
    """The folder of a split, or None. The test split is `test`, else `val`."""
    return next((folder / name / part for part in FOLDERS[split] if (folder / name / part).is_dir()), None)


def files(name: str, split: str, folder: Path) -> list[Path]:
    """All pictures of a split, sorted by class and name. UserError: no such folder, or a class without pictures."""
    return [path for pictures_of_class in _by_class(name, split, folder).values() for path in pictures_of_class]


def read(
    name: str, split: str, folder: Path, size: int | None = None
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Images (n, 3, h, w) uint8, labels (n,) int64, and the class folders' names, sorted, as classes.

    size: pictures of unequal sizes are resized and their middle size x size cut out; without a size they are
    refused (UserError). Pictures that are all of one size stay as they are.
    """
    by_class = _by_class(name, split, folder)
    where = split_folder(name, split, folder)
    paths = [(path, label) for label, found in enumerate(by_class.values()) for path in found]
    size = size or SIZES.get(name)
    height, width, resize = _common_size([path for path, _ in paths], where, size)
    if len(paths) * 3 * height * width > LIMIT:
        raise UserError(f"{where}: {len(paths)} images of {height}x{width} do not fit into memory, take fewer of them.")
    images = np.empty((len(paths), 3, height, width), np.uint8)
    for index, (path, _) in enumerate(tqdm(paths, desc=f"decoding {name} {split}", unit=" images", disable=None)):
        images[index] = pictures.rgb(path, str(path), resize).transpose(2, 0, 1)
    return torch.from_numpy(images), torch.tensor([label for _, label in paths]), tuple(by_class)


def _by_class(name: str, split: str, folder: Path) -> dict[str, list[Path]]:
    """Class name -> its pictures. A class is one in any split, so that both splits number them alike."""
    where = split_folder(name, split, folder)
    if where is None:
        wanted = " or ".join(FOLDERS[split])
        raise UserError(f"{folder / name}: has no folder {wanted} with class folders.")
    parts = [part for part in (split_folder(name, other, folder) for other in FOLDERS) if part is not None]
    classes = sorted({entry.name for part in parts for entry in part.iterdir() if _is_class(entry)})
    if not classes:
        raise UserError(f"{where}: the folder is empty, it has no class folders.")
    return {one: _pictures(where / one) for one in classes}


def _is_class(entry: Path) -> bool:
    return entry.is_dir() and not entry.name.startswith(".")


def _pictures(where: Path) -> list[Path]:
    if not where.is_dir():
        raise UserError(f"{where}: missing class, there is no such folder.")
    shown = sorted(path for path in where.iterdir() if path.name[0] != ".")
    foreign = [path for path in shown if path.suffix.lower() in OTHER_PICTURES]
    if foreign:
        raise UserError(f"{foreign[0]}: only jpg, jpeg and png are read; convert this picture or take it out.")
    found = [path for path in shown if path.suffix.lower() in SUFFIXES]
    if not found:
        raise UserError(f"{where}: the folder is empty, it has no jpg, jpeg or png.")
    return found


def _common_size(paths: list[Path], where: Path | None, size: int | None) -> tuple[int, int, int | None]:
    """(height, width, side to cut to or None when the pictures stay as they are)."""
    first = pictures.dimensions(paths[0])
    for path in paths[1:]:
        other = pictures.dimensions(path)
        if other == first:
            continue
        if size is None:
            raise UserError(
                f"{where}: images differ in size ({paths[0].name} {first[0]}x{first[1]}, {path.name} "
                f"{other[0]}x{other[1]}): resize them to one size."
            )
        return size, size, size
    return *first, None
