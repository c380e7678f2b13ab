"""Figure 2 (a): fooling ratios on FCNN."""

from helpers.papers.convex_programming.panels import panel

ITEM = panel("FCNN", order=2)
