"""What the pixel box and the zero border change on the fully connected networks (E10, E11)."""

from helpers.papers.convex_programming.boxes import box_item, of_fcnn

ITEM = box_item("table_box_fcnn", "FCNN", of_fcnn, order=10)
