"""Learning with a Strong Adversary (Huang, Xu, Schuurmans, Szepesvari)."""

from helpers.papers.paper import Paper, discover
from helpers.papers.strong_adversary.facts import facts
from helpers.papers.strong_adversary.settings import PROFILES, Settings, decides

PAPER = Paper(
    name="strong_adversary",
    title="Learning with a Strong Adversary",
    citation="R. Huang, B. Xu, D. Schuurmans, C. Szepesvári: Learning with a Strong Adversary, arXiv 1511.03034, 2015",
    settings=Settings,
    profiles=PROFILES,
    items=discover(f"{__name__}.items"),
    decides=decides,
    facts=facts,
    checks="table_theory",
    data=("mnist", "colour"),
    headline=(
        ("LWA under Adv_Loss, Table 1", "table_1", "LWA", "Adv_Loss"),
        ("Normal under Adv_Loss, Table 1", "table_1", "Normal", "Adv_Loss"),
        ("LeNet Normal on the authors' schedule, Adv_Loss, Table 2", "table_2", "Normal, plain SGD", "Adv_Loss"),
        ("LeNet LWA under Adv_Loss, Table 2", "table_2", "LWA", "Adv_Loss"),
        ("LeNet LWA, clean, Table 2", "table_2", "LWA", "Validation"),
    ),
)
