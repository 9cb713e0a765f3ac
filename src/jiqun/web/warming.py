"""Reading ahead: what the first visitor after a commit or an evaluation would wait for is read before somebody comes.

Each process of the server keeps tables and runs in its own memory, so each reads ahead for itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.http import HttpRequest
from django.urls import resolve, reverse

from jiqun.ledger.snapshot import LAND_USE, snapshots
from jiqun.web.people.models import User
from jiqun.web.region import evaluated, explained, frozen, ledger, ledger_stamp, region, run_of, runs
from jiqun.web.shell.middleware import Language

_LOG = logging.getLogger("jiqun.warming")
_PAUSE_SECONDS = 2.0
_RUNS = 4
# pages that most people open first, made once as these roles see them; none of them logs who read what
_PAGES = (
    ("overview:home", ("leader", "signer")),
    ("land:accounts", ("leader", "signer")),
    ("land:runs", ("leader",)),
    ("enterprises:listing", ("leader",)),
    ("ladder:boards", ("leader",)),
    ("ledger:board", ("leader",)),
    ("ladder:firms", ("leader",)),
    ("ladder:calendar", ("leader",)),
    ("ledger:review", ("analyst",)),
    ("disposals:listing", ("leader",)),
    ("grades:green", ("leader",)),
    ("grades:digital", ("leader",)),
)


def keep_warm(stop: threading.Event) -> None:
    """Read ahead now and after every change of ledger or runs, until told to stop."""
    before: object = None
    while not stop.is_set():
        with suppress(Exception):  # no workspace, or one that is being restored: pages tell it better
            now = (ledger_stamp(), tuple(one.id for one in runs()))
            if now != before:
                before = now
                begun = time.perf_counter()
                read_ahead()
                _LOG.info("read ahead in %.1f s", time.perf_counter() - begun)
        stop.wait(_PAUSE_SECONDS)


def read_ahead() -> None:
    """Fill what pages keep in memory: law book, tables, the newest runs with how they are explained, first pages."""
    steps: list[Callable[[], None]] = [_tables]
    steps += [partial(_run, one.id) for one in runs()[:_RUNS]]
    steps += [partial(_page, name, role) for name, roles in _PAGES for role in roles]
    for step in steps:
        try:
            step()
        except Exception:
            _LOG.warning("reading ahead failed", exc_info=True)


def _tables() -> None:
    of = ledger()
    for name in of.view.tables:
        of.table(name)
    assert region().book
    for one in snapshots(region().workspace)[-1:]:
        if LAND_USE in one.names:
            frozen(one.id).table(LAND_USE)


def _run(id_: str) -> None:
    run = run_of(id_)
    rows = evaluated(id_, "zh").rows
    if not rows.is_empty():
        for sees in (True, False):
            explained(id_, str(rows[run.subject][0]), "zh", sees, sees)


def _page(name: str, role: str) -> None:
    """Make a page and throw it away; nobody is logged in and nothing is written."""
    address = reverse(name)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", address, address
    request.user = User(username="jiqun", role=role, is_active=True)
    found = resolve(address)
    Language(lambda asked: found.func(asked, *found.args, **found.kwargs))(request)
