import shutil

import numpy as np
import pytest
from PIL import Image

from helpers.core.errors import UserError
from helpers.data import folders
from helpers.data.load import available, checksum, load


def test_reads_class_folders(class_folder, tmp_path):
    folder = class_folder()
    assert available("things", folder)
    data = load("things", "test", folder, tmp_path / "cache")
    assert data.images.shape == (6, 3, 8, 6) and data.classes == ("a", "b")
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1]
    expected = np.asarray(Image.open(folder / "things" / "val" / "b" / "1.png"))
    assert np.array_equal(data.images[4].permute(1, 2, 0).numpy(), expected)


def test_jpeg_suffixes_and_grey_pictures(class_folder, tmp_path):
    folder = class_folder()
    where = folder / "things" / "train" / "a"
    for suffix in ("jpg", "jpeg", "JPEG"):
        Image.fromarray(np.full((8, 6), 100, np.uint8)).save(where / f"grey.{suffix}", "JPEG")
    (where / "notes.txt").write_text("no picture")
    data = load("things", "train", folder, tmp_path / "cache")
    assert len(data) == 9 and (data.images[3:6] == 100).all()


def test_test_before_val_and_one_split_alone(class_folder, tmp_path):
    folder = class_folder(("train", "val", "test"))
    assert folders.split_folder("things", "test", folder).name == "test"
    shutil.rmtree(folder / "things" / "train")
    assert not available("things", folder) and available("things", folder, "test")
    assert len(checksum("things", folder, tmp_path / "cache")) == 64
    with pytest.raises(UserError, match="things: has no folder train with class folders"):
        load("things", "train", folder, tmp_path / "cache")


def test_unequal_sizes(class_folder, tmp_path):
    folder = class_folder()
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(folder / "things" / "train" / "b" / "2.png")
    message = r"things/train: images differ in size \(0.png 8x6, 2.png 9x9\): resize them to one size"
    with pytest.raises(UserError, match=message):
        load("things", "train", folder, tmp_path / "cache")
    images, _, _ = folders.read("things", "train", folder, size=4)
    assert images.shape == (6, 3, 4, 4)
    assert folders.read("things", "test", folder, size=4)[0].shape == (6, 3, 8, 6)  # equal ones stay as they are


def test_missing_and_empty_classes(class_folder, tmp_path):
    folder = class_folder()
    for path in (folder / "things" / "val" / "b").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="things/val/b: the folder is empty, it has no jpg, jpeg or png"):
        load("things", "test", folder, tmp_path / "cache")
    (folder / "things" / "val" / "b").rmdir()
    with pytest.raises(UserError, match="things/val/b: missing class, there is no such folder"):
        load("things", "test", folder, tmp_path / "cache")


def test_empty_folder(tmp_path):
    (tmp_path / "data" / "things" / "train").mkdir(parents=True)
    with pytest.raises(UserError, match="things/train: the folder is empty, it has no class folders"):
        load("things", "train", tmp_path / "data", tmp_path / "cache")


@pytest.mark.parametrize("keep", [0, 20, -30])
def test_cut_picture(class_folder, tmp_path, keep):
    folder = class_folder()
    path = folder / "things" / "train" / "a" / "1.png"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"a/1.png: cannot be decoded as a picture, it is cut or damaged"):
        load("things", "train", folder, tmp_path / "cache")


def test_too_much_for_memory(class_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "LIMIT", 100)
    with pytest.raises(UserError, match="things/train: 6 images of 8x6 do not fit into memory"):
        load("things", "train", class_folder(), tmp_path / "cache")


def write(folder, split, name, image, **options):
    for label in ("cat", "dog"):
        place = folder / "pets" / split / label
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / name, **options)


def test_sixteen_bits_become_eight_and_a_cameras_turn_is_kept(tmp_path):
    values = np.array([[0, 257, 128 * 257], [65535, 256, 65278]], np.uint16)
    write(tmp_path, "train", "a.png", Image.fromarray(values))
    images, _, _ = folders.read("pets", "train", tmp_path)
    assert images[0, 0].tolist() == [[0, 1, 128], [255, 1, 254]]

    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0] = 255
    write(tmp_path, "test", "a.png", Image.fromarray(picture), exif=exif)
    images, _, _ = folders.read("pets", "test", tmp_path)
    assert images.shape == (2, 3, 3, 2) and images[0, 0].tolist() == [[0, 255]] * 3


def test_pictures_of_other_kinds_are_named(tmp_path):
    write(tmp_path, "train", "a.png", Image.new("RGB", (4, 4)))
    write(tmp_path, "train", "b.gif", Image.new("P", (4, 4)))
    with pytest.raises(UserError, match=r"b\.gif: only jpg, jpeg and png are read; convert"):
        folders.read("pets", "train", tmp_path)
