"""Dask workers: which are refused, and how long one is waited for."""

import pytest

from helpers.core.errors import UserError
from helpers.runner import workers


class Client:
    """A scheduler's client whose workers have these numbers of threads."""

    def __init__(self, *threads):
        self.threads = threads

    def scheduler_info(self):
        return {"workers": {f"tcp://host:{index}": {"nthreads": count} for index, count in enumerate(self.threads)}}


def test_workers_of_several_threads_are_refused():
    workers.wait_for_workers(Client(1, 1))
    with pytest.raises(UserError, match=r"tcp://host:1 has 4 threads.*--nthreads 1"):
        workers.wait_for_workers(Client(1, 4))


def test_a_scheduler_without_workers_is_waited_for_and_named(monkeypatch, caplog):
    monkeypatch.setattr(workers, "PATIENCE", 1)
    with pytest.raises(UserError, match="The scheduler has no workers"):
        workers.wait_for_workers(Client())
    assert "waiting for workers, 0 s" in caplog.text


def test_a_threaded_worker_of_a_real_scheduler_is_refused():
    from distributed import LocalCluster

    threaded = LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None)
    with threaded as cluster, pytest.raises(UserError, match="has 2 threads"):
        workers.connect(1, cluster.scheduler_address)
