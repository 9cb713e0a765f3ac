"""The production server: gunicorn with threads; each process reads ahead, and may do long work beside its requests.

Started as a program of its own (`python -m jiqun.web.server`), which loads the application only after its forks.
"""

from __future__ import annotations

import argparse
import gc
import os
import threading
from typing import Any

from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the workbench with gunicorn's settings as given."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        gc.disable()  # modules are no garbage: a fifth of the time they take would go into looking
        from jiqun.web.wsgi import application

        gc.freeze()
        gc.enable()
        return application


def with_jobs(server: Any) -> None:
    """Start the in-process worker, and reading ahead, once a process has the application."""
    from jiqun.web.jobs.queue import run_worker

    threading.Thread(target=run_worker, args=(threading.Event(),), daemon=True, name="jobs").start()
    without_jobs(server)


def without_jobs(server: Any) -> None:
    """Leave long work to `jiqun worker`; read ahead unless `JIQUN_READ_AHEAD=0`."""
    from jiqun.web.warming import keep_warm

    if os.environ.get("JIQUN_READ_AHEAD") != "0":
        threading.Thread(target=keep_warm, args=(threading.Event(),), daemon=True, name="warming").start()


def threads_of_polars(cores: int, processes: int) -> str:
    """Return how many threads Polars may use in each process: together as many as there are cores.

    Pages read small tables; where every process takes all cores for them, they stand in each other's way.

    >>> threads_of_polars(2, 2), threads_of_polars(8, 2), threads_of_polars(2, 4)
    ('1', '4', '1')
    """
    return str(max(1, cores // max(1, processes)))


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bind", default="127.0.0.1:8000")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--threads", type=int, default=8)
    asked.add_argument("--jobs", action="store_true")
    said = asked.parse_args()
    os.environ.setdefault("POLARS_MAX_THREADS", threads_of_polars(os.cpu_count() or 1, said.workers))
    Server(
        bind=said.bind,
        workers=said.workers,
        threads=said.threads,
        worker_class="gthread",
        timeout=120,
        graceful_timeout=30,
        loglevel="warning",
        post_worker_init=with_jobs if said.jobs else without_jobs,
    ).run()


if __name__ == "__main__":
    main()
