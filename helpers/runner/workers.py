"""Units on Dask workers: one thread each, values through the shared cache, only identities over the wire."""

import logging
import time
from collections.abc import Callable, Sequence

from helpers.core.errors import UserError
from helpers.runner.estimates import expected
from helpers.runner.execute import Desk, guarded, sentence
from helpers.units.unit import Unit

log = logging.getLogger(__name__)


def connect(workers: int, scheduler: str | None):
    """A Dask client: of `scheduler` (tcp://host:port), or of a cluster of `workers` processes on this machine."""
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({
        "distributed.scheduler.worker-ttl": "60s",
        "distributed.worker.daemon": False,
        "distributed.logging.distributed": "error",
        "distributed.nanny.pre-spawn-environ.OMP_NUM_THREADS": 1,
        # Dask makes workers hand freed memory back at once; with tensors of megabytes, freed and taken again at every
        # step, a third of the time went into page faults.
        "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 30,
        "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 30,
    })  # fmt: skip
    logging.getLogger("distributed").setLevel(logging.ERROR)
    if scheduler:
        try:
            client = Client(scheduler, timeout="20s")
        except (OSError, ValueError) as error:
            raise UserError(f"No Dask scheduler answers at {scheduler}.") from error
        try:
            wait_for_workers(client)
        except UserError:
            client.close()
            raise
        return client
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
    return Client(cluster)


PATIENCE = 120
"""Seconds that a scheduler's first worker is waited for."""


def wait_for_workers(client) -> None:
    """Wait for the scheduler's first worker. UserError where none comes, or where one has several threads.

    Units of one process share its random state and its thread count: two at a time would give other numbers.
    """
    start = time.monotonic()
    while not (workers := client.scheduler_info()["workers"]):
        waited = time.monotonic() - start
        if waited > PATIENCE:
            raise UserError("The scheduler has no workers: start some with `dask worker ADDRESS --nthreads 1`.")
        log.warning("waiting for workers, %d s", waited)
        time.sleep(min(10, 1 + waited))
    many = [name for name, worker in workers.items() if worker["nthreads"] != 1]
    if many:
        raise UserError(
            f"The worker {many[0]} has {workers[many[0]]['nthreads']} threads, and units need a process each: start it with "
            "`dask worker ADDRESS --nthreads 1 --nworkers N`."
        )


def critical_paths(desk: Desk, units: Sequence[Unit]) -> dict[str, float]:
    """Expected seconds from each unit's start to the end of the longest chain that waits for it, by identity."""
    after: dict[str, float] = {}
    for unit in reversed(units):
        seconds = expected(unit) + after.get(desk.identity(unit), 0.0)
        for part in unit.inputs.values():
            identity = desk.identity(part)
            after[identity] = max(after.get(identity, 0.0), seconds)
    return {desk.identity(unit): expected(unit) + after.get(desk.identity(unit), 0.0) for unit in units}


def run_on_workers(
    desk: Desk,
    units: Sequence[Unit],
    report: Callable[[Unit, float | None, str], None],
    *,
    workers: int = 1,
    scheduler: str | None = None,
) -> list[str]:
    """Run units as their inputs become ready, those on the longest chain first; the sentences of those that failed.

    A unit is submitted once its inputs lie in the cache and its future is released at once, so a worker that dies takes
    no finished result with it; the unit it was running goes to another worker and on from its last saved state.
    """
    from distributed import as_completed

    waiting = {desk.identity(unit): unit for unit in units}
    paths = critical_paths(desk, units)
    running: dict = {}
    failures: list[str] = []
    client = connect(workers, scheduler)

    def ready() -> list[str]:
        unfinished = waiting.keys() | {desk.identity(unit) for unit in running.values()}
        free = [key for key, unit in waiting.items()
                if not any(desk.identity(part) in unfinished for part in unit.inputs.values())]  # fmt: skip
        return sorted(free, key=lambda key: -paths[key])

    def abandon(identity: str) -> None:
        for key, unit in list(waiting.items()):
            if identity in {desk.identity(part) for part in unit.inputs.values()} and waiting.pop(key, None):
                abandon(key)

    try:
        done = as_completed()
        while waiting or running:
            for key in ready():
                unit = waiting.pop(key)
                future = client.submit(guarded, unit, desk, key=f"unit-{key}", pure=False, priority=paths[key])
                running[future] = unit
                done.add(future)
            future = next(done)
            unit = running.pop(future)
            if future.status == "finished":
                report(unit, future.result()[1], "")
            else:
                said = sentence(future.exception())
                failures.append(f"{unit.label or unit.name}: {said}")
                report(unit, None, said)
                abandon(desk.identity(unit))
            future.release()
    finally:
        cluster = client.cluster
        client.close()
        if cluster is not None and not scheduler:
            cluster.close()
    return failures
