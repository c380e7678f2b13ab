"""CIFAR-10 and CIFAR-100: torchvision's pickles, or the parquet files that data-set hubs serve."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from tqdm import tqdm

from helpers.core.errors import UserError
from helpers.data import pictures, restricted_pickle

Decoded = tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]

CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR100_NAMES = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
    caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant
    flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man
    maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
    plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail
    snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout
    tulip turtle wardrobe whale willow_tree wolf woman worm
"""

CLASSES = {"cifar10": CIFAR10, "cifar100": tuple(CIFAR100_NAMES.split())}
PICKLES = {
    ("cifar10", "train"): [f"cifar-10-batches-py/data_batch_{batch}" for batch in range(1, 6)],
    ("cifar10", "test"): ["cifar-10-batches-py/test_batch"],
    ("cifar100", "train"): ["cifar-100-python/train"],
    ("cifar100", "test"): ["cifar-100-python/test"],
}
PICKLED_LABELS = {"cifar10": "labels", "cifar100": "fine_labels"}
PARQUET_LABELS = {"cifar10": "label", "cifar100": "fine_label"}
SIDE = 32
ROWS = 1000  # decoded at a time, which keeps the memory small


def files(name: str, split: str, folder: Path) -> list[Path]:
    """The files of a split: all its pickles, else its parquet file. UserError names the first one missing."""
    pickles = [folder / path for path in PICKLES[name, split]]
    parquet = folder / name / f"{split}-00000-of-00001.parquet"
    if pickles[0].parent.is_dir():
        missing = [path for path in pickles if not path.is_file()]
        if not missing:
            return pickles
        if not parquet.is_file():
            raise UserError(f"{missing[0]}: file not found.")
    if not parquet.is_file():
        raise UserError(f"{parquet}: file not found, nor {pickles[0]}.")
    return [parquet]


def read(name: str, split: str, folder: Path) -> Decoded:
    """Images (n, 3, 32, 32) uint8, labels (n,) int64 (CIFAR-100: the fine ones) and the class names."""
    paths = files(name, split, folder)
    if paths[0].suffix == ".parquet":
        images, labels = _from_parquet(paths[0], PARQUET_LABELS[name])
    else:
        images, labels = _from_pickles(paths, PICKLED_LABELS[name])
    return torch.from_numpy(images), torch.from_numpy(labels), CLASSES[name]


def _from_pickles(paths: list[Path], label_key: str) -> tuple[np.ndarray, np.ndarray]:
    batches = [_batch(path, label_key) for path in paths]
    images = np.concatenate([pixels for pixels, _ in batches]).reshape(-1, 3, SIDE, SIDE)
    return images, np.concatenate([labels for _, labels in batches])


def _batch(path: Path, label_key: str) -> tuple[np.ndarray, np.ndarray]:
    content = restricted_pickle.read(path)
    for key in ("data", label_key):
        if key not in content:
            raise UserError(f"{path}: has no entry '{key}'.")
    pixels = content["data"]
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != (3 * SIDE * SIDE,):
        raise UserError(f"{path}: 'data' is not an array of 3072 unsigned bytes per image.")
    labels = _integers(content[label_key], path, label_key)
    if len(pixels) != len(labels):
        raise UserError(f"{path}: {len(pixels)} images, but {len(labels)} labels.")
    return pixels, labels


def _from_parquet(path: Path, label_column: str) -> tuple[np.ndarray, np.ndarray]:
    try:
        with pq.ParquetFile(path) as table:
            return _decode(table, path, label_column)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path}: the parquet file is cut or damaged ({str(error).partition(chr(10))[0]}).") from error


def _decode(table: pq.ParquetFile, path: Path, label_column: str) -> tuple[np.ndarray, np.ndarray]:
    for column in ("img", label_column):
        if column not in table.schema_arrow.names:
            raise UserError(f"{path}: has no column '{column}'.")
    count = table.metadata.num_rows
    images, labels = np.empty((count, 3, SIDE, SIDE), np.uint8), np.empty(count, np.int64)
    done = 0
    with tqdm(total=count, desc=f"decoding {path.parent.name}/{path.name}", unit=" images", disable=None) as bar:
        for batch in table.iter_batches(ROWS, columns=["img", label_column]):
            rows = batch.column("img").to_pylist()
            for index, row in enumerate(rows, start=done):
                images[index] = _pixels(row, f"{path}: image {index}").transpose(2, 0, 1)
            labels[done:done + len(rows)] = _integers(batch.column(label_column).to_pylist(), path, label_column)
            done += len(rows)
            bar.update(len(rows))
    return images, labels


def _pixels(row: object, source: str) -> np.ndarray:
    encoded = row.get("bytes") if isinstance(row, dict) else None
    if not isinstance(encoded, bytes):
        raise UserError(f"{source} has no bytes.")
    pixels = pictures.rgb(encoded, source)
    if pixels.shape != (SIDE, SIDE, 3):
        raise UserError(f"{source} has the shape {pixels.shape}, not ({SIDE}, {SIDE}, 3).")
    return pixels


def _integers(values: object, path: Path, key: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise UserError(f"{path}: '{key}' is not a list of integers.")
    return array.astype(np.int64)
