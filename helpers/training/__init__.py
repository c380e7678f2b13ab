"""Training: `from helpers.training import Schedule, plain, train_network`."""

from helpers.training.collage import collage
from helpers.training.colourise import colourise
from helpers.training.driver import Batch, Hooks, InMemory, Player, Training, train, train_network
from helpers.training.perturbed_hidden import perturbed_hidden
from helpers.training.perturbed_input import perturbed_input
from helpers.training.plain import plain
from helpers.training.reconstruct import reconstruct
from helpers.training.schedule import Schedule
from helpers.training.segment import segment
from helpers.training.virtual_adversarial import virtual_adversarial

__all__ = [
    "Batch",
    "Hooks",
    "InMemory",
    "Player",
    "Schedule",
    "Training",
    "collage",
    "colourise",
    "perturbed_hidden",
    "perturbed_input",
    "plain",
    "reconstruct",
    "segment",
    "train",
    "train_network",
    "virtual_adversarial",
]
