"""Several players: games whose fixed points are known in closed form, turns, partners, averages, resumption."""

import sys

import pytest
import torch
from torch import nn

from helpers.core.errors import UserError
from helpers.training.driver import Hooks, InMemory, Player, Training, train
from helpers.training.schedule import Schedule

SOURCE = InMemory(torch.zeros(8, 1, 1, 1, dtype=torch.float64), torch.zeros(8, dtype=torch.int64))


class Point(nn.Module):
    """A model that is one number."""

    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value, dtype=torch.float64))


def game(models, batch, due):
    """x minimises (x - y)^2 / 2 + x, y minimises (y + x - 4)^2 / 2: the fixed point is x = 3/2, y = 5/2."""
    x, y = models["x"].value, models["y"].value
    losses = {"x": (x - y) ** 2 / 2 + x, "y": (y + x - 4) ** 2 / 2}
    return {name: losses[name] for name in due}


def play(turns, epochs=200, rate=0.3, seen=None, **options):
    players = {name: Player(Point(0.0), Schedule(((epochs, rate),), batch=4)) for name in ("x", "y")}
    history = train(players, SOURCE, Training(seen or game, 0, turns=turns), Hooks(**options))
    return [float(player.model.value.detach()) for player in players.values()], history


@pytest.mark.parametrize("turns", [None, (("x",), ("y",)), (("y",), ("x",))])
def test_both_players_reach_the_fixed_point(turns):
    (x, y), history = play(turns)
    assert (x, y) == pytest.approx((1.5, 2.5), abs=1e-9)
    assert set(history[0]) == {"epoch", "x/loss", "x/rate", "y/loss", "y/rate"}
    assert history[-1]["x/loss"] == pytest.approx(2.0) and history[-1]["y/loss"] == pytest.approx(0.0, abs=1e-12)


def test_simultaneous_and_ordered_steps_by_hand():
    """One step of rate r from (0, 0): x - r (x - y + 1), y - r (y + x - 4), at the old x at once or at the new one."""
    for turns, y_of in ((None, lambda x: 0.3 * 4), ((("x",), ("y",)), lambda x: 0.3 * (4 - x))):
        players = {name: Player(Point(0.0), Schedule(((1, 0.3),), batch=8)) for name in ("x", "y")}
        train(players, SOURCE, Training(game, 0, turns=turns))
        x, y = (float(player.model.value.detach()) for player in players.values())
        assert x == pytest.approx(-0.3) and y == pytest.approx(y_of(x))


def test_a_turn_asks_for_its_own_losses():
    asked = []

    def step(models, batch, due):
        asked.append(due)
        return game(models, batch, due)

    play((("y",), ("x",)), epochs=1, seen=step)
    assert asked == [("y",), ("x",)] * 2


def test_partners_stay_as_they_are_in_evaluation_mode():
    partner = nn.Sequential(nn.BatchNorm1d(1), Point(2.0)).double()

    def step(models, batch, due):
        assert not models["judge"].training and models["x"].training
        return {"x": (models["x"].value - models["judge"][1].value) ** 2}

    players = {"x": Player(Point(0.0), Schedule(((100, 0.2),), batch=8))}
    train(players, SOURCE, Training(step, 0, partners={"judge": partner}))
    assert float(players["x"].model.value.detach()) == pytest.approx(2.0)
    assert float(partner[1].value.detach()) == 2.0 and partner[1].value.grad is None


def test_the_moving_average_by_hand():
    players = {"x": Player(Point(1.0), Schedule(((3, 0.1),), batch=8), average=0.9)}
    train(players, SOURCE, Training(lambda models, batch, due: {"x": models["x"].value.clone()}, 0))
    # The weights are .9, .8, .7; the average starts at the first of them.
    expected = 0.9 * (0.9 * 0.9 + 0.1 * 0.8) + 0.1 * 0.7
    assert float(players["x"].averaged.value.detach()) == pytest.approx(expected)
    assert float(players["x"].model.value.detach()) == pytest.approx(0.7)


def test_a_killed_game_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    def step(models, batch, due):
        noise = torch.rand((), generator=batch.draws, dtype=torch.float64)
        past = batch.memory.get("past", torch.zeros((), dtype=torch.float64))
        batch.memory["past"] = (past + models["x"].value.detach()) / 2
        losses = game(models, batch, due)
        return {name: loss * (0.5 + noise) + loss * past**2 for name, loss in losses.items()}

    def run(progress=None, file=None):
        players = {n: Player(Point(0.1), Schedule(((6, 0.1),), batch=4, momentum=0.5), average=0.5) for n in ("x", "y")}
        history = train(players, SOURCE, Training(step, 3, turns=(("x",), ("y",))), Hooks(None, file, progress))
        return [float(v.detach()) for p in players.values() for v in (p.model.value, p.averaged.value)], history

    whole = run()
    monkeypatch.setattr(sys.modules["helpers.training.driver"], "SAVE_EVERY", -1.0)

    def kill(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(kill, tmp_path / "state")
    assert (tmp_path / "state").exists() and run(None, tmp_path / "state") == whole


def test_unequal_schedules_missing_turns_and_bad_losses_are_refused():
    players = {"x": Player(Point(0.0), Schedule(((1, 0.1),))), "y": Player(Point(0.0), Schedule(((2, 0.1),)))}
    with pytest.raises(UserError, match="share epochs and batch size"):
        train(players, SOURCE, Training(game, 0))
    for turns in ((("x",),), (("x", "y"), ("y",)), (("x",), ("z",))):
        with pytest.raises(UserError, match="exactly one turn"):
            play(turns)
    with pytest.raises(UserError, match=r"stopped in epoch \d+: the loss of [xy] is not finite"):
        play(None, rate=1e200)
