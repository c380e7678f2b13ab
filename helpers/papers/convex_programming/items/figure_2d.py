"""Figure 2 (d): fooling ratios on DenseNet."""

from helpers.papers.convex_programming.panels import panel

ITEM = panel("DenseNet", order=5)
