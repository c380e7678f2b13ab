"""The one door to data sets: by name, from a folder, torchvision's downloads or the installed packages."""

import hashlib
import logging
from pathlib import Path

from helpers.core.errors import UserError
from helpers.core.paths import cache_folder, data_folder
from helpers.data import cifar, decoded, download, embedded, folders, idx, stl10
from helpers.data.image_set import ImageSet, check, checksum_of

# Each reader is a module with files(name, split, folder) -> paths and read(name, split, folder) -> decoded arrays.
READERS = {
    "embedded_mnist": embedded,
    "embedded_colour": embedded,
    "mnist": idx,
    "cifar10": cifar,
    "cifar100": cifar,
    "stl10": stl10,
    "imagenette": folders,
    "imagenet": folders,
}
STAND_INS = {
    "mnist": "embedded_mnist",
    "cifar10": "embedded_colour",
    "cifar100": "embedded_colour",
    "stl10": "embedded_colour",
}
SPLITS = ("train", "test")
OFFICIAL_COUNTS = {
    ("mnist", "train"): 60_000,
    ("mnist", "test"): 10_000,
    ("cifar10", "train"): 50_000,
    ("cifar10", "test"): 10_000,
    ("cifar100", "train"): 50_000,
    ("cifar100", "test"): 10_000,
    ("stl10", "train"): 5_000,
    ("stl10", "test"): 8_000,
}
# Of the files whose md5 sums torchvision checks. The copies of CIFAR in use differ in a few pixels.
OFFICIAL_CHECKSUMS = {
    ("mnist", "train"): "71d3be42f93ad20da73bb4a9744d0bebdaa6832be56dc010e21940e72c4c8b1e",
    ("mnist", "test"): "4718853ea946af656684509414983beff2e65cf414265c27966161014c003b8b",
}
log = logging.getLogger(__name__)


def names() -> tuple[str, ...]:
    """The known data sets; the name of any folder of class folders works as well."""
    return tuple(READERS)


def stand_in(name: str) -> str | None:
    """The embedded set that takes the place of `name` where it is not at hand; None when there is none."""
    return STAND_INS.get(name)


def available(name: str, folder: Path | None = None, split: str | None = None) -> bool:
    """Whether the files of a split (of both by default) are there; nothing is decoded. Embedded sets always are."""
    try:
        return all(_locate(name, one, folder, None)[1] for one in (SPLITS if split is None else (split,)))
    except UserError:
        return False


def missing(name: str, folder: Path | None = None) -> str:
    """Why a data set is not at hand: the sentence that names the file; empty where it is."""
    try:
        for split in SPLITS:
            _locate(name, split, folder, None)
    except UserError as error:
        return str(error).rstrip(".")
    return ""


def load(name: str, split: str, folder: Path | None = None, cache: Path | None = None) -> ImageSet:
    """One split ("train" or "test") of a data set, decoded, checked, and kept decoded under `cache`/data.

    folder: where the data lies; the environment's HELPERS_DATA by default. With HELPERS_DOWNLOAD=1 torchvision may
    download into it (into `cache`/downloads where no folder is given).
    cache: the environment's HELPERS_CACHE by default, else `.cache`.
    Raises UserError, naming the file, on unknown names and on missing, cut or inconsistent data.
    """
    cache = cache_folder(cache)
    where, files = _locate(name, split, folder, cache, fetch=True)
    place = decoded.place(cache, name, split, files)
    kept = decoded.read(place)
    if kept is not None:
        return kept
    source = str(files[0] if len(files) <= 2 else files[0].parent)
    images, labels, classes = _reader(name, where).read(name, split, where)
    check(images, labels, classes, source)
    data = ImageSet(name, split, images, labels, tuple(classes), checksum_of(images, labels))
    _compare_with_official(data, source)
    decoded.write(place, data)
    return data


def checksum(name: str, folder: Path | None = None, cache: Path | None = None) -> str:
    """SHA-256 (hexadecimal) over the checksums of all splits: decodes once, afterwards reads file headers only."""
    cache = cache_folder(cache)
    digest = hashlib.sha256()
    for split in _splits(name, _folder(folder, cache)):
        files = _locate(name, split, folder, cache, fetch=True)[1]
        kept = decoded.read_checksum(decoded.place(cache, name, split, files))
        digest.update(f"{split} {kept or load(name, split, folder, cache).checksum}\n".encode())
    return digest.hexdigest()


def _compare_with_official(data: ImageSet, source: str) -> None:
    """One warning when a set is sound, but not the one everybody means by its name."""
    key = data.name, data.split
    count, known = OFFICIAL_COUNTS.get(key, len(data)), OFFICIAL_CHECKSUMS.get(key, data.checksum)
    if len(data) != count:
        log.warning("%s: %d images, the official %s split of %s has %d.", source, len(data), *reversed(key), count)
    elif data.checksum != known:
        log.warning("%s: not the bytes of the official %s split of %s.", source, *reversed(key))


def _folder(folder: Path | None, cache: Path | None) -> Path | None:
    if download.allowed():
        # A download makes the folder that it is given.
        return Path(folder) if folder is not None else data_folder() or cache_folder(cache) / "downloads"
    return data_folder(folder)


def _splits(name: str, where: Path | None) -> list[str]:
    """Both splits; of class folders those that exist (few have ImageNet's training images at hand)."""
    if where is None or _reader(name, where) is not folders:
        return list(SPLITS)
    return [split for split in SPLITS if folders.split_folder(name, split, where)] or list(SPLITS)


def _locate(
    name: str, split: str, folder: Path | None, cache: Path | None, fetch: bool = False
) -> tuple[Path | None, list[Path]]:
    """(data folder, source files of the split); `fetch` allows a download where files are missing."""
    if split not in SPLITS:
        raise UserError(f"unknown split '{split}' of {name}: use 'train' or 'test'.")
    where = _folder(folder, cache)
    reader = _reader(name, where)
    if reader is embedded:
        return None, embedded.files(name, split)
    if where is None:
        raise UserError(f"{name} needs a data folder: give one by HELPERS_DATA or --data.")
    may_fetch = fetch and download.allowed() and name in download.SETS
    if not where.is_dir() and not may_fetch:
        raise UserError(f"the data folder {where} does not exist.")
    try:
        return where, reader.files(name, split, where)
    except UserError:
        if not may_fetch:
            raise
    download.fetch(name, where)
    return where, reader.files(name, split, where)


def _reader(name: str, where: Path | None):
    """The module that reads `name`; a name that is not known must be a folder of class folders in `where`."""
    if name in READERS:
        return READERS[name]
    if where is not None and name and Path(name).name == name and (where / name).is_dir():
        return folders
    raise UserError(f"unknown data set '{name}': known are {', '.join(names())}, or a folder of class folders.")
