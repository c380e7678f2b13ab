"""Types of settings that papers share: pydantic refuses what they exclude, with the setting's name."""

from typing import Annotated

from pydantic import Field

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
LARGEST = 2**31 - 1
"""Larger counts and seeds are slips of the hand; a seed of 23 digits is none that a generator takes."""

Count = Annotated[int, Field(ge=1, le=LARGEST)]
Natural = Annotated[int, Field(ge=0, le=LARGEST)]
