"""What the pixel box and the zero border change on LeNet-5 (E10, E11)."""

from helpers.papers.convex_programming.boxes import box_item, of_lenet

ITEM = box_item("table_box_lenet", "LeNet-5", of_lenet, order=11)
