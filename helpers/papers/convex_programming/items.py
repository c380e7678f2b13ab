"""Every table and figure, in the order of the paper."""

from helpers.papers.convex_programming.curves import CURVES
from helpers.papers.convex_programming.elsewhere import ELSEWHERE
from helpers.papers.convex_programming.identities import IDENTITIES
from helpers.papers.convex_programming.modern import MODERN
from helpers.papers.convex_programming.regression import REGRESSION
from helpers.papers.convex_programming.scores import SCORES
from helpers.papers.convex_programming.tables import TABLES
from helpers.papers.convex_programming.tasks import TASKS

ITEMS = (*CURVES, *TABLES, *ELSEWHERE, *IDENTITIES, *REGRESSION, *TASKS, *SCORES, *MODERN)
