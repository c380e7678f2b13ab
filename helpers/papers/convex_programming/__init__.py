"""On Generation of Adversarial Examples using Convex Programming (Balda, Behboodi, Mathar)."""

from helpers.papers.convex_programming.facts import facts
from helpers.papers.convex_programming.settings import PROFILES, Settings, decides
from helpers.papers.paper import Paper, discover

PAPER = Paper(
    name="convex_programming",
    title="On Generation of Adversarial Examples using Convex Programming",
    citation="E. R. Balda, A. Behboodi, R. Mathar: On Generation of Adversarial Examples using Convex Programming, 2018",
    settings=Settings,
    profiles=PROFILES,
    items=discover(f"{__name__}.items"),
    decides=decides,
    facts=facts,
    checks="table_theory",
    data=("mnist", "colour"),
    weights=("authors",),
    headline=(
        ("rho_2 of LeNet-5, Table I", "table_1", "LeNet-5 (MNIST)", "rho_2"),
        ("rho_2 of the FCNN, Table I", "table_1", "FCNN (MNIST)", "rho_2"),
        ("Algorithm 1-10 on LeNet-5 at eps .0894, Figure 2 (b)", "figure_2b", "Algorithm 1-10", "0.0894"),
    ),
)
