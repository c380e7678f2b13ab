"""The sliders under the examples, moved without a browser."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.core.errors import UserError
from helpers.runner.play import frame, player
from helpers.units.unit import Result, Value


@pytest.fixture
def study():
    random = np.random.default_rng(0)
    originals = random.integers(0, 256, (3, 1, 8, 8), dtype=np.uint8)
    moves = {name: random.normal(0, 0.1, (3, 1, 8, 8)).astype(np.float32) for name in ("Adv_Alpha", "Adv_Loss")}
    value = Value({}, {"originals": originals, **moves})
    return SimpleNamespace(results=lambda item: {"examples": Result(None, value)} if item == "figure_examples" else {})


def test_every_slider_draws_another_picture(study):
    _, attack, image, size, picture = player(study, "figure_examples").children
    assert attack.options == ("Adv_Alpha", "Adv_Loss") and (image.min, image.max) == (0, 2)
    shown = [bytes(picture.value)]
    for slider, value in ((attack, "Adv_Loss"), (image, 2), (size, 2.5)):
        slider.value = value
        shown.append(bytes(picture.value))
    assert len(set(shown)) == 4 and all(data.startswith(b"\x89PNG") for data in shown)


def test_the_size_scales_the_perturbation(study):
    value = study.results("figure_examples")["examples"].value
    (panel,) = frame(value, "Adv_Alpha", 1, 0.5).panels
    assert np.allclose(panel.rows[1].images[0], 0.5 * value.arrays["Adv_Alpha"][1, 0])
    assert panel.rows[0].images[1].min() >= 0 and panel.rows[0].images[1].max() <= 1


def test_an_item_without_examples(study):
    with pytest.raises(UserError, match="table_1 has no examples to play with"):
        player(study, "table_1")
