"""The samples an attack still works on."""

import torch
from torch import Tensor


class ActiveSet:
    """Positions (a,) of the unfinished samples of a batch of n; finished ones leave and are not computed again."""

    def __init__(self, count: int, device: torch.device):
        self.index = torch.arange(count, device=device)

    def __len__(self) -> int:
        return len(self.index)

    def keep(self, unfinished: Tensor) -> None:
        """Drop the samples whose entry of `unfinished` (a,) bool is False."""
        self.index = self.index[unfinished]
