"""Repetitions of several computations that take turns."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """At least `repeats` repetitions, more while a group has taken less than `seconds`, at most `most`."""

    repeats: int = 5
    seconds: float = 2.0
    most: int = 200


def interleaved(ways: Mapping[str, Callable[[], object]], plan: Plan) -> dict[str, list[float]]:
    """Processor seconds of each repetition by name: A B C A B C ..., after half a second of rounds that are not counted.

    On one thread processor seconds are the wall clock's, less what other programs take.
    """
    start = time.process_time()
    while True:
        for run in ways.values():
            run()
        if time.process_time() - start > min(0.5, plan.seconds / 4):
            break
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    collecting = gc.isenabled()
    gc.disable()
    try:
        begun, done = time.process_time(), 0
        while done < plan.repeats or (done < plan.most and time.process_time() - begun < plan.seconds):
            round_begun = time.process_time()
            for name, run in ways.items():
                start = time.process_time()
                run()
                seconds[name].append(time.process_time() - start)
            if time.process_time() - round_begun > 0.1:
                # After a collection the first of several short computations would pay for cold caches.
                gc.collect()
            done += 1
    finally:
        if collecting:
            gc.enable()
    return seconds
