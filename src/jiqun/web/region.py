"""The workspace this server works on: its law book, and stored runs that are read once and kept in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
from django.conf import settings

from jiqun.desk.context import Context, newest_published
from jiqun.desk.drafts.trial import draft_run
from jiqun.desk.explaining import explain_subject, subject_facts
from jiqun.desk.running import Run, all_runs, find_run
from jiqun.ledger.decisions import DECISIONS
from jiqun.ledger.log import LOG
from jiqun.ledger.occupancy import land_use
from jiqun.ledger.snapshot import Snapshot, open_snapshot
from jiqun.ledger.view import View, latest
from jiqun.methods.columns.tables import empty_table
from jiqun.methods.explanation.explain import Explanation
from jiqun.methods.explanation.nearest import Nearest, nearest
from jiqun.methods.explanation.restricted import restricted_names, total_hidden
from jiqun.methods.runs.run import INDEX
from jiqun.problems import Language
from jiqun.reports.run import Evaluated
from jiqun.web.kept import Kept, kept

if TYPE_CHECKING:
    from jiqun.web.people.scope import Scope

_RUNS_KEPT = 128  # their frames are mapped from the disk and take no memory of their own
_EVALUATED_KEPT = 16
Found = TypeVar("Found")


@dataclass
class _State:
    """The law and the ledger that a request which only reads goes by from its first look to its end."""

    region: Context | None = None
    ledger: Ledger | None = None
    found: dict[Callable[[], Any], Any] = field(default_factory=dict)


_state: ContextVar[_State | None] = ContextVar("state", default=None)


@contextmanager
def one_state() -> Iterator[None]:
    """Go by one state of law and ledger until the end: for requests that only read.

    A page asks for them many times; what is committed meanwhile must not come into half of it, and looking whether
    something was lets other threads in, each of which may keep the interpreter for milliseconds.
    """
    before = _state.set(_State())
    try:
        yield
    finally:
        _state.reset(before)


def once_in_a_state(ask: Callable[[], Found]) -> Callable[[], Found]:
    """Have a question asked once for a request that only reads, and every time by any other."""

    @wraps(ask)
    def asked() -> Found:
        state = _state.get()
        if state is None:
            return ask()
        if ask not in state.found:
            state.found[ask] = ask()
        found: Found = state.found[ask]
        return found

    return asked


def region() -> Context:
    """Return the workspace with its law book; the same object until a rule is published."""
    state = _state.get()
    if state is not None and state.region is not None:
        return state.region
    found = _region(settings.WORKSPACE, newest_published(settings.WORKSPACE))
    if state is not None:
        state.region = found
    return found


@kept(2)
def _region(folder: Path, published: Path | None) -> Context:
    return Context(folder, published)


def frozen(id_: str) -> Snapshot:
    """Return a snapshot by its id or the beginning of it, and keep what is computed of it; LEDGER-070 for none."""
    found = open_snapshot(region().workspace, id_)
    return region().opened.setdefault(found.id, found)


@once_in_a_state
def runs() -> list[Run]:
    """Return the stored runs, the newest first; read anew where one was stored or taken away."""
    folder, stamp = region().workspace.runs, []
    for one in (folder, folder / INDEX):
        with suppress(FileNotFoundError):
            stamp.append(one.stat().st_mtime_ns)
    return _runs(region(), tuple(stamp))


@kept(2)
def _runs(law: Context, stamp: tuple[int, ...]) -> list[Run]:
    return sorted(all_runs(law), key=lambda run: (run.stored.at is not None, run.stored.at, run.id), reverse=True)


@kept(_RUNS_KEPT)
def run_of(id_: str) -> Run:
    """Return a run, or the run of a draft's try; what lies under an id never changes, so it is kept.

    CLI-003 where there is none.
    """
    return draft_run(region(), id_) or find_run(region(), id_)


@kept(_EVALUATED_KEPT)
def evaluated(id_: str, language: Language) -> Evaluated:
    """Return a run as the reports read it, with who its subjects are."""
    run = run_of(id_)
    return Evaluated(
        plan=run.plan,
        trace=run.trace,
        gathered=run.gathered,
        moves=run.moves,
        run=run.id,
        snapshot=run.snapshot,
        official=run.official,
        sign_off=run.sign_off,
        facts=subject_facts(region(), run),
        book=run.book,
        language=language,
    )


@kept(64)
def restricted_in(id_: str) -> frozenset[str]:
    """Return the names of a run's rule whose figures only some may see."""
    return restricted_names(run_of(id_).plan)


@kept(64)
def totals_restricted(id_: str) -> frozenset[str]:
    """Return the subjects of a run whose total only some may see: it rests on one restricted figure alone."""
    run, names = run_of(id_), restricted_in(id_)
    populations = [one for one in run.plan.populations if total_hidden(names, one)]
    rows = run.trace.filter(pl.col("population").cast(pl.String).is_in(populations))
    return frozenset(rows[run.subject].cast(pl.String))


@kept(1024)
def explained(
    id_: str,
    subject: str,
    language: Language,
    sees_restricted: bool,
    sees_others: bool,
    runs_told: frozenset[str] | None = None,
) -> Explanation:
    """Explain a subject of a run to who may see restricted figures or not; run and snapshot never change.

    `runs_told` are the other runs that may be told of, None for all; asked for through `told_results.explained_to`.
    """
    seen = {"sees_restricted": sees_restricted, "sees_others": sees_others}
    told = (lambda _: True) if runs_told is None else (lambda one: one.id in runs_told)
    return explain_subject(region(), run_of(id_), subject, language, **seen, told=told)


@kept(1024)
def ways_up(id_: str, subject: str) -> Nearest:
    """Return the nearest ways to the next grade of a subject of a run."""
    run = run_of(id_)
    return nearest(run.plan, run.trace, run.gathered, subject)


def names_of(ending: str, on: date, language: Language = "zh") -> Mapping[str, str]:
    """Return code → name of the taxonomies whose id ends so (`districts`, `gbt4754`), as they stood on a day.

    In English where a pack has the English name, else in Chinese.
    """
    return _names_of(region(), ending, on, language)


def district_names(on: date, language: Language = "zh") -> Mapping[str, str]:
    """Return code → name of the districts as they are called on a day, and of those that stood at any other time.

    A firm may still be registered in a district that was merged: it is named as it last was, and not by its bare code.
    """
    return {**_names_of(region(), "districts", None, language), **names_of("districts", on, language)}


@kept(64)
def _names_of(law: Context, ending: str, on: date | None, language: Language) -> Mapping[str, str]:
    book = law.book
    found: dict[str, str] = {}
    for one in book.objects("taxonomy"):
        if one.id.endswith(ending):
            codes = book.taxonomy(one.id).on(on).codes
            found |= {str(code): (language == "en" and entry.name_en) or entry.name for code, entry in codes.items()}
    return found


class Ledger:
    """The ledger at one state: tables are read when first asked for and kept while the state is the newest."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._tables = Kept(self._read, most=None)
        self._land_use = Kept(self._added_up, most=None)
        self._firms = Kept(self._within, most=64)
        self._districts = Kept(self._lain_in, most=64)

    def state(self, language: Language) -> str:
        """Say which state of the ledger this is; what is made from it carries it, as a run carries its snapshot."""
        version = max(self.view.versions.values(), default=0)
        return f"台账日志第 {version} 版" if language == "zh" else f"ledger log version {version}"

    def table(self, name: str) -> pl.DataFrame:
        """Return a table as it stands; empty with its contract's columns where nothing was imported."""
        return self._tables(name)

    def land_use(self, year: int) -> pl.DataFrame:
        """Return the land that every firm used in a year (亩), added up from parcels and leases."""
        return self._land_use(year)

    def firms(self, scope: Scope) -> frozenset[str]:
        """Return the firms within a scope, by the register."""
        return self._firms(scope)

    def districts(self, scope: Scope) -> frozenset[str]:
        """Return the districts that the firms within a scope lie in, by the register."""
        return self._districts(scope)

    def _within(self, scope: Scope) -> frozenset[str]:
        return scope.firms(self.table("enterprise"))

    def _lain_in(self, scope: Scope) -> frozenset[str]:
        return frozenset(scope.rows(self.table("enterprise"))["district"].drop_nulls().to_list())

    def _read(self, name: str) -> pl.DataFrame:
        return self.view.table(name) if name in self.view.tables else empty_table(region().contract(name))

    def _added_up(self, year: int) -> pl.DataFrame:
        return land_use(self.table("parcel"), self.table("occupancy"), year).totals


def ledger() -> Ledger:
    """Return the ledger of now; the same object as long as nothing was committed."""
    state = _state.get()
    if state is not None and state.ledger is not None:
        return state.ledger
    found = _ledger(ledger_stamp())
    if state is not None:
        state.ledger = found
    return found


def ledger_stamp() -> tuple[object, ...]:
    """Tell one state of the ledger from another by the logs of imports and decisions, which every commit ends with.

    Reading the logs themselves takes some 70 ms, and a page asks many times; a store that is not on this disk is read.
    """
    workspace = region().workspace
    if not workspace.is_local:
        return tuple(sorted(latest(workspace).versions.items()))
    found: list[object] = [workspace.root]
    for log in (LOG, DECISIONS):
        folder = Path(workspace.address(log)) / "_delta_log"
        with suppress(FileNotFoundError):
            found += [log, folder.stat().st_mtime_ns, len(os.listdir(folder))]
    return tuple(found)


@kept(2)
def _ledger(stamp: tuple[object, ...]) -> Ledger:
    return Ledger(latest(region().workspace))
