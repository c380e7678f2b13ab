"""Figure 2 (c): fooling ratios on NIN."""

from helpers.papers.convex_programming.panels import panel

ITEM = panel("NIN", order=4)
