"""The attacks: `from helpers.attacks import deepfool`."""

from helpers.attacks.adv_alpha import adv_alpha
from helpers.attacks.auto_attack import auto_attack
from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.fast_minimum_norm import fast_minimum_norm
from helpers.attacks.linearised import linearised
from helpers.attacks.output_change import output_change
from helpers.attacks.pgd import pgd
from helpers.attacks.random_direction import random_direction
from helpers.attacks.sweep import sweep
from helpers.attacks.targeted import targeted

__all__ = [
    "adv_alpha",
    "auto_attack",
    "deepfool",
    "fast_gradient",
    "fast_minimum_norm",
    "linearised",
    "output_change",
    "pgd",
    "random_direction",
    "sweep",
    "targeted",
]
