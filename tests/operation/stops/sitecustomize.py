"""Stops a process at a step named by `STOP_AT`, for good, so that a test can kill it just there.

Lies on the path of a server under test only; the program itself has no such door.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


def _stop() -> None:
    Path(os.environ["STOP_TOLD"]).write_text("here", "utf-8")
    while True:
        time.sleep(60)


def _after(owner: Any, name: str, is_it: Any) -> None:
    """Stop once `owner.name` has done its work, where `is_it` says so of what it was called with."""
    real = getattr(owner, name)

    def stopping(*words: Any, **named: Any) -> Any:
        done = real(*words, **named)
        if is_it(*words):
            _stop()
        return done

    setattr(owner, name, stopping)


def _main() -> None:
    if os.environ.get("STOP_AT") in ("rows", "event"):
        from jiqun.ledger.store import Store

        if os.environ["STOP_AT"] == "rows":
            _after(Store, "append", lambda store, table, *rest: table == "enterprise_year")
        else:
            _after(Store, "append_after", lambda store, table, version, frame: "committed" in frame["event"].to_list())
    elif os.environ.get("STOP_AT") == "report":
        from jiqun.reports.word import writing

        _after(writing, "report_bytes", lambda *_: True)
    elif os.environ.get("STOP_AT") == "run":
        _after(Path, "write_text", lambda file, *rest: "runs" in file.parts)  # however its frames are written


# in the server's worker only: the engines' threads would not survive being loaded before the fork
os.register_at_fork(after_in_child=_main)
