"""A training that was killed goes on to the same bytes."""

from dataclasses import replace

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from helpers.core.model import PixelModel
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.training import driver
from helpers.training.augment import random_crop
from helpers.training.checkpoint import State, load_checkpoint, save_checkpoint
from helpers.training.driver import Hooks, InMemory, make_optimiser, train_network
from helpers.training.plain import plain
from helpers.training.schedule import Schedule

SCHEDULE = Schedule(((5, 0.05),), batch=10, momentum=0.9, weight_decay=1e-3)


@pytest.fixture
def clock(monkeypatch):
    """Time that advances by the given seconds at each look."""

    class Clock:
        now, stride = 0.0, 61.0

        def monotonic(self):
            self.now += self.stride
            return self.now

    made = Clock()
    monkeypatch.setattr(driver, "time", made)
    return made


def make(seed=0):
    generator = torch.Generator().manual_seed(seed)
    network = lenet_tanh(generator, shape=(1, 16, 16), units=8, maps=(3, 4), dropout=0.5)
    return PixelModel(network, 0.1, 0.3).to(memory_format=torch.channels_last)


def train(model, schedule=SCHEDULE, **options):
    random = torch.Generator().manual_seed(1)
    images, labels = torch.rand(33, 1, 18, 18, generator=random), torch.randint(10, (33,), generator=random)

    def augment(batch, draws):
        return random_crop(batch, draws, size=16, mirror=True)

    source = InMemory(images, labels)
    history = train_network(model, source, plain, schedule, seed=3, augment=augment, hooks=Hooks(**options))
    return {name: value.clone() for name, value in model.state_dict().items()}, history


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("killed, changes", [(2, {}), (3, {}), (5, {}), (3, {"optimiser": "adam", "momentum": 0.0})])
def test_killed_and_resumed_gives_the_same_bytes(killed, changes, tmp_path, clock):
    schedule = replace(SCHEDULE, **changes)
    whole, rows = train(make(), schedule)
    file = tmp_path / "state"

    def kill(done, total):
        if done == killed:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(make(), schedule, checkpoint=file, progress=kill)
    assert file.exists()
    torch.manual_seed(12345)  # another process has another stream
    done = []
    resumed, history = train(make(seed=9), schedule, checkpoint=file, progress=lambda epoch, total: done.append(epoch))
    assert same(whole, resumed) and history == rows
    assert done == list(range(killed, 6))  # the epoch in which it was killed is the first one run again


def test_killed_twice(tmp_path, clock):
    whole, rows = train(make())
    for killed in (2, 4):

        def kill(done, total, killed=killed):
            if done == killed:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(make(), checkpoint=tmp_path / "state", progress=kill)
    resumed, history = train(make(), checkpoint=tmp_path / "state")
    assert same(whole, resumed) and history == rows


def test_writing_the_state_changes_nothing_and_leaves_no_temporary_file(tmp_path, clock):
    whole, rows = train(make())
    written, history = train(make(), checkpoint=tmp_path / "state")
    assert same(whole, written) and history == rows
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_the_state_is_written_about_every_minute(tmp_path, clock):
    clock.stride = 25.0  # three looks a minute
    saved = []

    def watch(done, total):
        saved.append((tmp_path / "state").exists())

    train(make(), checkpoint=tmp_path / "state", progress=watch)
    assert saved == [False, False, False, True, True]


def test_short_trainings_write_nothing(tmp_path):
    train(make(), checkpoint=tmp_path / "state")
    assert not list(tmp_path.iterdir())


def test_a_finished_state_trains_no_further(tmp_path, clock):
    whole, rows = train(make(), checkpoint=tmp_path / "state")
    again, history = train(
        make(seed=4), checkpoint=tmp_path / "state", progress=lambda *_: pytest.fail("trained again")
    )
    assert same(whole, again) and history == rows


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" * 100])
def test_a_damaged_state_is_named_and_training_starts_again(damage, tmp_path, clock, caplog):
    whole, rows = train(make(), checkpoint=tmp_path / "state")
    (tmp_path / "state").write_bytes(damage((tmp_path / "state").read_bytes()))
    again, history = train(make(), checkpoint=tmp_path / "state")
    assert same(whole, again) and history == rows
    assert "state is damaged" in caplog.text


def test_one_changed_byte_is_noticed(tmp_path, clock, caplog):
    whole, rows = train(make(), checkpoint=tmp_path / "state")
    data = bytearray((tmp_path / "state").read_bytes())
    data[-5] ^= 1
    (tmp_path / "state").write_bytes(data)
    again, history = train(make(), checkpoint=tmp_path / "state")
    assert same(whole, again) and history == rows
    assert "damaged (its checksum is another)" in caplog.text


def test_round_trip_of_every_part(tmp_path):
    def state(seed):
        model, average = make(seed), AveragedModel(make(seed), multi_avg_fn=get_ema_multi_avg_fn(0.9))
        streams = {"order": torch.Generator().manual_seed(seed), "draws": torch.Generator().manual_seed(seed + 1)}
        return State({"a": model}, {"a": make_optimiser(model, SCHEDULE)}, {"a": average}, streams)

    first, second = state(5), state(1)
    plain(first.models["a"], torch.rand(4, 1, 16, 16), torch.arange(4)).backward()
    first.optimisers["a"].step()
    first.averages["a"].update_parameters(first.models["a"])
    first.memory["replay"] = torch.arange(4)
    first.history.append({"epoch": 1, "loss": 1 / 3})
    torch.rand(3, generator=first.streams["order"])
    save_checkpoint(tmp_path / "state", first)
    expected = [*(torch.rand(2, generator=stream) for stream in first.streams.values()), torch.rand(2)]

    load_checkpoint(tmp_path / "state", second)
    drawn = [*(torch.rand(2, generator=stream) for stream in second.streams.values()), torch.rand(2)]
    assert second.history == [{"epoch": 1, "loss": 1 / 3}]
    assert torch.equal(second.memory["replay"], torch.arange(4))
    assert all(torch.equal(one, two) for one, two in zip(drawn, expected, strict=True))
    assert same(first.models["a"].state_dict(), second.models["a"].state_dict())
    assert same(first.averages["a"].state_dict(), second.averages["a"].state_dict())
    for one, two in zip(first.models["a"].parameters(), second.models["a"].parameters(), strict=True):
        ours, theirs = (side.optimisers["a"].state[p]["momentum_buffer"] for side, p in ((first, one), (second, two)))
        assert torch.equal(ours, theirs) and theirs.stride() == two.stride()
