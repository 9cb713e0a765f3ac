"""Stored runs: a result with everything that makes it the same again, under an id that follows from its inputs.

A run is a folder `runs/<id>` with manifest.json, trace.arrow, gathered.arrow, moves.arrow, refereed.arrow,
benchmarks.json and method.json. The id is the digest of the inputs (method, law book, period, tables, parameters,
engine, versions, standing), so the same inputs give the same folder and the same bytes. Only the index of runs knows
the time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from pydantic import ValidationError

from jiqun.expressions.nearest import nearest
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.result import Result
from jiqun.methods.runs.files import INDEX, Entry, indexed, keep, note
from jiqun.methods.runs.frames import ARROW, PARQUET, Layout
from jiqun.methods.runs.sign_off import SignOff
from jiqun.packs.models.method import Method
from jiqun.problems import Language, Place, Problem, ProblemsError, problem, stop_if_errors
from jiqun.values import canonical, digest, file_digest

SHORT = 16
_MANIFESTS_KEPT = 1024
MANIFEST, BENCHMARKS, METHOD = "manifest.json", "benchmarks.json", "method.json"
TRACE, GATHERED, MOVES, REFEREED = "trace", "gathered", "moves", "refereed"
LABELS: Mapping[str, Mapping[Language, str]] = {
    "trial": {"zh": "试算", "en": "trial"},
    "official": {"zh": "正式", "en": "official"},
}
_STATUSES = {"draft": "草案", "trial": "试行", "repealed": "已废止"}
# what of an evaluation's manifest makes the run; the rest follows from it
INPUTS = ("method", "book", "period", "parameters", "tables", "engine", "versions")


class FrozenTable(Protocol):
    @property
    def content(self) -> str: ...


class FrozenData(Protocol):
    """A snapshot of the ledger, as far as a run needs it."""

    @property
    def id(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def tables(self) -> Mapping[str, FrozenTable]: ...


@dataclass(frozen=True)
class StoredRun:
    """A run on disk; a file is compared with its digest whenever it is read (RUN-007)."""

    folder: Path
    manifest: Mapping[str, Any]
    at: datetime | None = None

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def official(self) -> bool:
        return bool(self.manifest["standing"] == "official")

    @property
    def trace(self) -> pl.DataFrame:
        return self._frame(TRACE)

    @property
    def gathered(self) -> pl.DataFrame:
        return self._frame(GATHERED)

    @property
    def moves(self) -> pl.DataFrame:
        return self._frame(MOVES)

    @property
    def refereed(self) -> pl.DataFrame:
        """The figures that the referee decided: subject, column, changed."""
        return self._frame(REFEREED)

    @property
    def benchmarks(self) -> tuple[dict[str, Any], ...]:
        return tuple(json.loads(self._sound(BENCHMARKS).read_text("utf-8")))

    @property
    def method(self) -> dict[str, Any]:
        """The method as it was evaluated, as data."""
        return dict(json.loads(self._sound(METHOD).read_text("utf-8")))

    @property
    def sign_off(self) -> SignOff | None:
        """Who signed the result and under which document; None for a trial."""
        signed = self.manifest["sign_off"]
        if signed is None:
            return None
        day = date.fromisoformat(signed["on"])
        doubts, organ = bool(signed.get("accepts_doubts")), str(signed.get("organ", ""))
        return SignOff(signed["by"], day, signed["document"], doubts, organ)

    def label(self, language: Language = "zh") -> str:
        """The word that stands wherever the result appears: 试算 or 正式."""
        return str(self.manifest["label"][language])

    def export_name(self, suffix: str, language: Language = "zh") -> str:
        """The name of a file made from the run; it says whether the result is official."""
        ran = self.manifest["run"]
        return f"{ran['method']['id']}-{ran['period']}-{self.label(language)}-{self.id}.{suffix.lstrip('.')}"

    def _frame(self, name: str) -> pl.DataFrame:
        layout = PARQUET if f"{TRACE}{PARQUET.ending}" in self.manifest["files"] else ARROW
        return layout.read(self._sound(f"{name}{layout.ending}"))

    def _sound(self, name: str) -> Path:
        file = self.folder / name
        if not file.is_file() or file_digest(file) != self.manifest["files"][name]:
            raise ProblemsError([problem("RUN-007", Place(file=str(file)), run=self.id, file=name)])
        return file


def official_faults(result: Result, snapshot: FrozenData | None, sign_off: SignOff | None) -> list[Problem]:
    """Return everything that keeps a result from being official; an empty list means that it may be."""
    plan, manifest = result.plan, result.manifest
    place = Place(item=plan.method.id)
    faults = []
    if plan.method.status != "in_force":
        status = plan.method.status
        faults.append(problem("RUN-001", place, status=status, status_zh=_STATUSES[status]))
    read = plan.method.completeness
    if read == "illustrative":
        faults.append(problem("RUN-013", place, title=plan.method.title))
    elif read == "partial" and not (sign_off is not None and sign_off.accepts_doubts):
        faults.append(problem("RUN-010", place, title=plan.method.title, doubts=len(plan.method.doubts)))
    faults += [problem("RUN-002", place, name=name) for name in _illustrative(plan)]
    if snapshot is None:
        faults.append(problem("RUN-003", place))
    else:
        faults += _other_data(manifest, snapshot)
    if sign_off is None or not (sign_off.by.strip() and sign_off.document.strip()):
        faults.append(problem("RUN-004", place))
    if manifest["trial"]:
        faults.append(problem("RUN-008", place, names="、".join(sorted(manifest["parameters"]))))
    return faults


def _illustrative(plan: Plan) -> Iterator[str]:
    earlier = {} if plan.previous is None else plan.previous.rests_on
    for name, completeness in sorted({**earlier, **plan.rests_on}.items()):
        if completeness == "illustrative":
            yield name
    method = plan.method
    for scores in method.scores.values():
        yield from (score.title or item for item, score in scores.items() if score.completeness == "illustrative")
    for parts in (method.grades, method.criteria, method.entitlements):
        yield from (part.title for part in parts.values() if part.completeness == "illustrative")


def _other_data(manifest: Mapping[str, Any], snapshot: FrozenData) -> Iterator[Problem]:
    for table, content in manifest["tables"].items():
        if table in snapshot.tables and snapshot.tables[table].content != content:
            yield problem("RUN-009", Place(item=table), table=table, snapshot=snapshot.id)


def run_id(
    result: Result, *, official: bool = False, snapshot: FrozenData | None = None, sign_off: SignOff | None = None
) -> str:
    """Return the id of a result: the digest of all that it follows from, and of its standing."""
    return digest(_identity(result, official, snapshot, sign_off))[:SHORT]


def _identity(result: Result, official: bool, snapshot: FrozenData | None, sign_off: SignOff | None) -> dict[str, Any]:
    signed: dict[str, Any] | None = None
    if official and sign_off is not None:
        signed = {"by": sign_off.by, "on": sign_off.on.isoformat(), "document": sign_off.document}
        if sign_off.organ:
            signed["organ"] = sign_off.organ
        if sign_off.accepts_doubts:
            signed["accepts_doubts"] = True
    return {
        "run": {name: result.manifest[name] for name in INPUTS},
        "snapshot": None if snapshot is None else {"id": snapshot.id, "content": snapshot.content},
        "standing": "official" if official else "trial",
        "sign_off": signed,
    }


def store(
    runs: Path,
    result: Result,
    *,
    at: datetime,
    official: bool = False,
    snapshot: FrozenData | None = None,
    sign_off: SignOff | None = None,
) -> StoredRun:
    """Store a result in the folder of runs; storing the same again changes nothing and checks that the bytes agree.

    An official result needs a method in force that rests on no illustrative number and was read in full (or in part,
    with its doubts accepted by who signs), a frozen snapshot that it was evaluated from, a sign-off, and no overridden
    parameter (RUN-001 to 004, 008 to 010, 013, all told at once).
    What was signed once is not signed a second time, whatever the engine (RUN-011). Everything else is a trial and says
    so. RUN-005 where a run of these inputs exists with other bytes. The folder appears whole or not at all.
    """
    identity = _identity(result, official, snapshot, sign_off)
    id_ = digest(identity)[:SHORT]
    if official:
        before = _signed_before(runs, identity, id_, result.plan.method)
        stop_if_errors([*official_faults(result, snapshot, sign_off), *before])
    outcome = {name: value for name, value in result.manifest.items() if name not in (*INPUTS, "trial")}

    layout = PARQUET if (runs / id_ / f"{TRACE}{PARQUET.ending}").is_file() else ARROW

    def fill(folder: Path) -> None:
        _write(folder, result, layout)
        files = {file.name: file_digest(file) for file in sorted(folder.iterdir())}
        head = {"id": id_, "label": LABELS[str(identity["standing"])], **identity}
        _json(folder / MANIFEST, {**head, "outcome": outcome, "files": files})

    folder = keep(runs, id_, fill)
    note(runs, id_, at, file_digest(folder / MANIFEST))
    return load(runs, id_)


def _signed_before(runs: Path, identity: Mapping[str, Any], id_: str, method: Method) -> Iterator[Problem]:
    """Tell the official run of the same method, period and data that carries another sign-off."""
    for one in stored_runs(runs):
        signed = one.sign_off
        if signed is not None and one.id != id_ and _signs(one.manifest) == _signs(identity) and _same(one, method):
            place = Place(item=str(identity["run"]["method"]["id"]))
            yield problem("RUN-011", place, run=one.id, by=signed.by, on=signed.on, document=signed.document)


def _signs(identity: Mapping[str, Any]) -> tuple[object, ...]:
    """What a signature stands under besides the rule: its id, the period and the data."""
    ran, snapshot = identity["run"], identity["snapshot"] or {}
    return (ran["method"]["id"], ran["period"], snapshot.get("content"))


def _same(run: StoredRun, method: Method) -> bool:
    """Tell whether a run was made by a rule that computes the same, in whatever words its titles were written."""
    if run.manifest["run"]["method"]["digest"] == method.digest:
        return True
    try:
        return Method.model_validate_json(json.dumps(run.method)).computing_digest == method.computing_digest
    except ValidationError:  # a rule of an earlier Jiqun, with other keys
        return False


def _write(folder: Path, result: Result, layout: Layout) -> None:
    frames = {TRACE: result.trace, GATHERED: result.gathered, MOVES: result.moves, REFEREED: result.refereed}
    for name, frame in frames.items():
        layout.written(frame, folder / f"{name}{layout.ending}")
    rows = result.benchmarks.sort(result.benchmarks.columns).to_dicts()
    _json(folder / BENCHMARKS, rows)
    rule = result.plan.method.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    (folder / METHOD).write_text(json.dumps(rule, ensure_ascii=False, indent=1) + "\n", "utf-8")  # its order decides


def _json(file: Path, value: Any) -> None:
    tidy = json.loads(canonical(value))
    file.write_text(json.dumps(tidy, ensure_ascii=False, sort_keys=True, indent=1) + "\n", "utf-8")


def load(runs: Path, id_: str) -> StoredRun:
    """Open a stored run; RUN-006 where there is none, RUN-007 where its manifest was changed."""
    names = run_ids(runs)
    if id_ not in names:
        raise ProblemsError([problem("RUN-006", Place(file=str(runs)), run=id_, nearest=nearest(id_, names))])
    return _opened(runs, id_, indexed(runs).get(id_))


def _opened(runs: Path, id_: str, entry: Entry | None) -> StoredRun:
    file = runs / id_ / MANIFEST
    try:
        now = file.stat()
        manifest = _manifest_of(file, now.st_mtime_ns, now.st_size, None if entry is None else entry.manifest)
    except FileNotFoundError:
        manifest = None
    if manifest is None:
        raise ProblemsError([problem("RUN-007", Place(file=str(file)), run=id_, file=MANIFEST)])
    return StoredRun(runs / id_, manifest, None if entry is None else entry.at)


@lru_cache(maxsize=_MANIFESTS_KEPT)
def _manifest_of(file: Path, changed: int, size: int, expected: str | None) -> dict[str, Any] | None:
    """Read a manifest, once as long as its file stays as it is; None where it is not the one that was stored."""
    if expected is not None and file_digest(file) != expected:
        return None
    manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    identity = {name: manifest.get(name) for name in ("run", "snapshot", "standing", "sign_off")}
    return manifest if digest(identity)[:SHORT] == file.parent.name else None


def stored_runs(runs: Path) -> tuple[StoredRun, ...]:
    """Return all stored runs, the oldest first; those without a known time before them."""
    entries = indexed(runs)
    found = [_opened(runs, name, entries.get(name)) for name in run_ids(runs)]
    return tuple(sorted(found, key=lambda one: (one.at.isoformat() if one.at is not None else "", one.id)))


def run_ids(runs: Path) -> list[str]:
    """Return the ids of all stored runs, sorted."""
    try:
        return sorted(one.name for one in os.scandir(runs) if one.is_dir() and not one.name.startswith("."))
    except FileNotFoundError:
        return []


__all__ = [
    "INDEX",
    "SignOff",
    "StoredRun",
    "load",
    "official_faults",
    "run_id",
    "store",
    "stored_runs",
]
