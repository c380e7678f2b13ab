"""The networks of Section III: trained on the panels' data, for other tasks than classification."""

from helpers.papers.convex_programming.plan import expected
from helpers.papers.convex_programming.settings import Settings
from helpers.training.schedule import Schedule
from helpers.units.networks import Train
from helpers.units.train import train
from helpers.units.unit import Unit


def adam(settings: Settings, rate: float = 2e-3) -> Schedule:
    """Adam, its rate a tenth in the last third."""
    last = max(1, settings.task_epochs // 3)
    return Schedule(((max(1, settings.task_epochs - last), rate), (last, rate / 10)), batch=50, optimiser="adam")


def trained(
    settings: Settings, label: str, network: str, step: str, options: dict, step_options: dict | None = None,
    data: str | None = None, epoch: float = 15, schedule: Schedule | None = None, **more,
) -> Unit:  # fmt: skip
    """A network of this section; `epoch`: expected seconds of one on all of MNIST."""
    chosen = Train(data or settings.mnist, network, schedule or adam(settings), settings.seed, options, step, step_options or {}, **more)
    return Unit(train, chosen, {}, f"{label}, {chosen.schedule.epochs} epochs", expected(settings, epoch * chosen.schedule.epochs))
