"""Small data sets, written in the layouts of the real ones."""

import gzip
import io
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for variable in ("HELPERS_DATA", "HELPERS_CACHE", "HELPERS_DOWNLOAD"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def random():
    return np.random.RandomState(0)


@pytest.fixture
def idx_bytes():
    def make(array):
        header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">i4").tobytes()
        return header + array.astype(np.uint8).tobytes()

    return make


@pytest.fixture
def mnist_folder(tmp_path, random, idx_bytes):
    """A folder with 30 training and 20 test images of 28x28; the arrays come with it."""

    def make(gz=False):
        raw = tmp_path / "data" / "MNIST" / "raw"
        raw.mkdir(parents=True)
        arrays = {}
        for split, prefix, count in (("train", "train", 30), ("test", "t10k", 20)):
            images, labels = random.randint(0, 256, (count, 28, 28)), np.arange(count) % 10
            arrays[split] = images.astype(np.uint8), labels
            for stem, array in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
                data = idx_bytes(array)
                (raw / (stem + ".gz" * gz)).write_bytes(gzip.compress(data) if gz else data)
        return tmp_path / "data", arrays

    return make


@pytest.fixture
def png():
    def make(pixels, kind="PNG"):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, kind)
        return stream.getvalue()

    return make


@pytest.fixture
def parquet_folder(tmp_path, random, png):
    """cifar10 or cifar100 as parquet files, one image per class; `edit` may change the columns of the test split."""

    def make(name="cifar10", edit=None):
        count = {"cifar10": 10, "cifar100": 100}[name]
        label = {"cifar10": "label", "cifar100": "fine_label"}[name]
        folder = tmp_path / "data"
        (folder / name).mkdir(parents=True)
        arrays = {}
        for split in ("train", "test"):
            images = random.randint(0, 256, (count, 32, 32, 3)).astype(np.uint8)
            arrays[split] = images
            columns = {"img": [{"bytes": png(image), "path": ""} for image in images], label: list(range(count))}
            if split == "test" and edit is not None:
                edit(columns)
            pq.write_table(pa.table(columns), folder / name / f"{split}-00000-of-00001.parquet")
        return folder, arrays

    return make


@pytest.fixture
def pickle_folder(tmp_path, random):
    """cifar10 as torchvision's pickles: 10 images in each batch."""

    def make(protocol=2):
        folder = tmp_path / "data"
        batches = folder / "cifar-10-batches-py"
        batches.mkdir(parents=True)
        pixels = random.randint(0, 256, (60, 3072)).astype(np.uint8)
        for index, file in enumerate([f"data_batch_{batch}" for batch in range(1, 6)] + ["test_batch"]):
            content = {"data": pixels[10 * index:10 * index + 10], "labels": list(range(10)), "batch_label": file}
            (batches / file).write_bytes(pickle.dumps(content, protocol=protocol))
        return folder, pixels.reshape(-1, 3, 32, 32)

    return make


@pytest.fixture
def class_folder(tmp_path, random, png):
    """A folder `things` of classes a and b, three 8x6 PNGs each, with train and val."""

    def make(parts=("train", "val")):
        folder = tmp_path / "data"
        for part in parts:
            for label in "ab":
                where = folder / "things" / part / label
                where.mkdir(parents=True)
                for index in range(3):
                    pixels = random.randint(0, 256, (8, 6, 3)).astype(np.uint8)
                    (where / f"{index}.png").write_bytes(png(pixels))
        return folder

    return make
