"""Learning with a Strong Adversary (Huang, Xu, Schuurmans, Szepesvari)."""

from helpers.papers.paper import Paper
from helpers.papers.strong_adversary.claims import claims
from helpers.papers.strong_adversary.errata import errata
from helpers.papers.strong_adversary.items import ITEMS
from helpers.papers.strong_adversary.settings import PROFILES, Settings

PAPER = Paper(
    name="strong_adversary",
    title="Learning with a Strong Adversary",
    citation="R. Huang, B. Xu, D. Schuurmans, C. Szepesvári: Learning with a Strong Adversary, arXiv 1511.03034, 2015",
    settings=Settings,
    profiles=PROFILES,
    items=ITEMS,
    claims=claims,
    errata=errata,
    data=("mnist", "colour"),
    headline=(
        ("LWA under Adv_Loss, Table 1", "table_1", "LWA", "Adv_Loss"),
        ("Normal under Adv_Loss, Table 1", "table_1", "Normal", "Adv_Loss"),
        ("LeNet LWA under Adv_Loss, Table 2", "table_2", "LWA", "Adv_Loss"),
        ("LeNet LWA, clean, Table 2", "table_2", "LWA", "Validation"),
    ),
)
