"""What a targeted attack returns."""

from functools import cached_property

from torch import Tensor

from helpers.core.model import predict
from helpers.core.perturbed import Perturbed


class Reached(Perturbed):
    """`labels` are the classes to reach: success is the model's answer being them."""

    @cached_property
    def success(self) -> Tensor:
        """(b,) bool: the model's answer on the returned images is the target."""
        return predict(self.model, self.images, batch=max(len(self.images), 1)).argmax(1) == self.labels
