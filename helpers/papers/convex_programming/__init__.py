"""On Generation of Adversarial Examples using Convex Programming (Balda, Behboodi, Mathar)."""

from helpers.papers.convex_programming.claims import claims
from helpers.papers.convex_programming.errata import errata
from helpers.papers.convex_programming.items import ITEMS
from helpers.papers.convex_programming.settings import PROFILES, Settings
from helpers.papers.paper import Paper

PAPER = Paper(
    name="convex_programming",
    title="On Generation of Adversarial Examples using Convex Programming",
    citation="E. R. Balda, A. Behboodi, R. Mathar: On Generation of Adversarial Examples using Convex Programming, 2018",
    settings=Settings,
    profiles=PROFILES,
    items=ITEMS,
    claims=claims,
    errata=errata,
    data=("mnist", "colour"),
    weights=("authors",),
    headline=(
        ("rho_2 of LeNet-5, Table I", "table_1", "LeNet-5 (MNIST)", "rho_2"),
        ("rho_2 of the FCNN, Table I", "table_1", "FCNN (MNIST)", "rho_2"),
        ("Algorithm 1-10 on LeNet-5 at eps .0894, Figure 2 (b)", "figure_2b", "Algorithm 1-10", "0.0894"),
    ),
)
