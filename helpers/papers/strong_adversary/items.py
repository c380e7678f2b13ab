"""Every table and figure, in the order of the paper."""

from helpers.papers.strong_adversary.checks import CHECKS
from helpers.papers.strong_adversary.curves import CURVES
from helpers.papers.strong_adversary.moved import MOVED
from helpers.papers.strong_adversary.tables import TABLES

ITEMS = (*CURVES, *TABLES, *CHECKS, *MOVED)
