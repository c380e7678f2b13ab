"""A handful of quick units, as a study would build them; run as a script, it computes them in a cache of its own.

python small.py CACHE WORKERS
"""

import sys
from pathlib import Path

from helpers.runner.execute import Desk, pending, run_here
from helpers.runner.workers import run_on_workers
from helpers.training.schedule import Schedule
from helpers.units.attack import Attack, attack
from helpers.units.networks import Train
from helpers.units.train import train
from helpers.units.unit import Unit


def units(count=6, epochs=30):
    """`count` networks of about a second each, and an attack on each."""
    found = []
    for seed in range(count):
        settings = Train("embedded_mnist", "mlp", Schedule(((epochs, 0.05),), batch=20), seed, {"hidden": (8, 8)}, images=2000)
        network = Unit(train, settings, {}, f"small network {seed}")
        chosen = Attack("embedded_mnist", "fast_gradient", (0.5, 1.0), {"norm": 2}, images=100)
        found += [network, Unit(attack, chosen, {"network": network}, f"attack on small network {seed}")]
    return found


def main(cache, workers):
    """Compute them; a line per unit, then the number of failures."""
    desk = Desk(None, Path(cache))
    todo = pending(desk, units())

    def report(unit, seconds, sentence):
        print(f"done {unit.label} {sentence}", flush=True)

    failures = run_on_workers(desk, todo, report, workers=workers) if workers else run_here(desk, todo, report)
    print(f"{len(failures)} failed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
