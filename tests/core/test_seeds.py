"""Named random streams, the active set, files found by name, and the places of the suite."""

import hashlib

import pytest
import torch

from helpers.core.active import ActiveSet
from helpers.core.errors import UserError
from helpers.core.material import Directions
from helpers.core.named import find, module_name
from helpers.core.paths import cache_folder, data_folder, device_name, reports_folder
from helpers.core.seeds import derive, generator, per_sample_normal


def test_streams_are_named_and_apart():
    seeds = {
        derive(seed, *names) for seed in range(3) for names in ((), ("order",), ("augment",), ("order", 1), ("1",))
    }
    assert len(seeds) == 15 and all(0 <= seed < 2**63 for seed in seeds)
    assert derive(0, "weights") == derive(0, "weights")
    draws = [torch.rand(3, generator=generator(0, "order")).tolist() for _ in range(2)]
    assert draws[0] == draws[1] != torch.rand(3, generator=generator(1, "order")).tolist()


def test_streams_stay_the_same_in_every_process_and_version():
    text = b"7/weights/3"
    assert derive(7, "weights", 3) == int(hashlib.sha256(text).hexdigest()[:16], 16) // 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_noise_depends_on_seed_and_name_of_the_sample_only(dtype):
    like = torch.zeros(5, 2, 3, 3, dtype=dtype)
    noise = per_sample_normal(like, 0)
    assert noise.shape == like.shape and noise.dtype == dtype
    assert torch.equal(per_sample_normal(like[:2], 0, torch.tensor([3, 1])), noise[[3, 1]])
    assert torch.equal(per_sample_normal(like[:1], 0, torch.tensor([4])), noise[4:])
    assert not torch.equal(per_sample_normal(like, 1), noise)
    assert len({tuple(row) for row in noise.flatten(1).tolist()}) == 5
    assert per_sample_normal(like[:0], 0).shape == (0, 2, 3, 3)


def test_noise_is_standard_normal_and_leaves_the_global_stream():
    before = torch.get_rng_state()
    noise = per_sample_normal(torch.zeros(20, 1000), 0)
    assert torch.equal(torch.get_rng_state(), before)
    assert float(noise.mean()) == pytest.approx(0, abs=0.03) and float(noise.std()) == pytest.approx(1, abs=0.03)


def test_finished_samples_leave_the_active_set():
    active = ActiveSet(5, torch.device("cpu"))
    active.keep(torch.tensor([True, False, True, True, False]))
    assert active.index.tolist() == [0, 2, 3] and len(active) == 3
    active.keep(torch.tensor([False, True, True]))
    assert active.index.tolist() == [2, 3]
    active.keep(torch.zeros(2, dtype=torch.bool))
    assert len(active) == 0


def test_directions_scale_with_the_budget():
    found = Directions(torch.tensor([[0.6, 0.8]]), passes=1)
    assert found.at(2.0).tolist()[0] == pytest.approx([1.2, 1.6])
    assert not found.at(0).any()


def test_algorithms_are_found_by_their_file():
    from helpers.attacks.pgd import pgd

    assert find("attacks", "pgd") is pgd
    assert module_name("networks", "mlp") == "helpers.networks.mlp"


@pytest.mark.parametrize("room, name", [("attacks", "pgdd"), ("attacks", "__init__"), ("attacks", "../core/norms")])
def test_unknown_names_are_refused_with_the_known_ones(room, name):
    with pytest.raises(UserError, match=r"There is no .* there are: adv_alpha, .*pgd"):
        find(room, name)


def test_files_that_define_no_algorithm_are_refused():
    with pytest.raises(UserError, match="driver"):
        find("training", "driver")


def test_places(tmp_path, monkeypatch):
    for variable in ("HELPERS_DATA", "HELPERS_CACHE", "HELPERS_REPORTS"):
        monkeypatch.delenv(variable, raising=False)
    assert data_folder() is None and data_folder(tmp_path) == tmp_path.resolve()
    monkeypatch.setenv("HELPERS_DATA", str(tmp_path))
    monkeypatch.setenv("HELPERS_CACHE", str(tmp_path / "kept"))
    assert data_folder() == tmp_path.resolve() and cache_folder() == (tmp_path / "kept").resolve()
    assert reports_folder().name == "reports" and cache_folder(tmp_path) == tmp_path.resolve()
    with pytest.raises(UserError, match="does not exist"):
        data_folder(tmp_path / "nowhere")


def test_devices():
    assert device_name("cpu") == "cpu" and device_name() in ("cpu", "cuda")
    with pytest.raises(UserError, match="one of auto, cpu, cuda, got 'gpu'"):
        device_name("gpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_a_missing_gpu_is_named():
    with pytest.raises(UserError, match="GPU was asked for"):
        device_name("cuda")
