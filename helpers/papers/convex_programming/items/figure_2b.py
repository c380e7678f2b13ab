"""Figure 2 (b): fooling ratios on LeNet-5."""

from helpers.papers.convex_programming.panels import panel

ITEM = panel("LeNet-5", order=3)
