"""Runs kept in a workspace: found by id, the beginning of an id, or `latest`; read back with their plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from jiqun.cli.context import Context
from jiqun.ledger.log import stamp
from jiqun.methods import Plan, Result, load
from jiqun.packs import LawBook
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import digest

LATEST = "latest"
_FRAMES = ("trace", "gathered", "benchmarks", "moves")
_SHORT = 12


@dataclass(frozen=True)
class Run:
    """One kept evaluation. `manifest` makes it the same again; `who` and `when` say who made it first."""

    context: Context
    folder: Path
    manifest: Mapping[str, Any]
    kept: Mapping[str, Any]

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def method_id(self) -> str:
        return str(self.manifest["method"]["id"])

    @property
    def edition(self) -> str:
        return str(self.manifest["method"]["edition"])

    @property
    def period(self) -> str:
        return str(self.manifest["period"])

    @property
    def snapshot(self) -> str:
        return str(self.kept["snapshot"])

    @property
    def official(self) -> bool:
        """A run is official only once it is signed off; nothing here signs."""
        return False

    @property
    def subject(self) -> str:
        return self.plan.subject

    @cached_property
    def book(self) -> LawBook:
        """The law book the method stands in: the workspace's, else that of all packs at hand."""
        here = self.context.book
        return here if here.has("method", self.method_id) else self.context.everything

    @cached_property
    def plan(self) -> Plan:
        """The method compiled as it was for the run; CLI-011 where the packs have changed since."""
        loaded = load(self.method_id, self.book, self.edition or None)
        found = digest(loaded.method.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        if found != self.manifest["method"]["digest"]:
            raise ProblemsError([problem("CLI-011", run=self.id, method=self.method_id)])
        return loaded.plan(self.period, self.manifest["parameters"] or None)

    @cached_property
    def trace(self) -> pl.DataFrame:
        return self._frame("trace")

    @cached_property
    def gathered(self) -> pl.DataFrame:
        return self._frame("gathered")

    @cached_property
    def moves(self) -> pl.DataFrame:
        return self._frame("moves")

    @cached_property
    def result(self) -> Result:
        """The run as an evaluation gave it."""
        return Result(
            plan=self.plan,
            trace=self.trace,
            gathered=self.gathered,
            benchmarks=self._frame("benchmarks"),
            moves=self.moves,
            manifest=self.manifest,
            problems=self.problems,
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(
            problem(one["code"], None, **one["values"]).at(item=one["place"]) for one in self.manifest["problems"]
        )

    def _frame(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"{name}.parquet")


def keep(context: Context, result: Result, snapshot: str) -> Run:
    """Keep a result in the workspace's folder `runs`; the same evaluation again has the same id and the same bytes."""
    id_ = digest({"manifest": dict(result.manifest), "snapshot": snapshot})[:_SHORT]
    folder = context.workspace.runs / id_
    draft = context.workspace.runs / f".{id_}.draft"
    if not (folder / "manifest.json").is_file():
        draft.mkdir(parents=True, exist_ok=True)
        for name in _FRAMES:
            getattr(result, name).write_parquet(draft / f"{name}.parquet", compression="zstd")
        kept = {"snapshot": snapshot, "who": context.who, "when": stamp(context.now)}
        _write(draft / "kept.json", kept)
        _write(draft / "manifest.json", result.manifest)
        draft.rename(folder)
    return _read(context, folder)


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


def _read(context: Context, folder: Path) -> Run:
    manifest, kept = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("manifest", "kept"))
    return Run(context, folder, manifest, kept)


def all_runs(context: Context) -> list[Run]:
    """Return the runs of a workspace, the oldest first."""
    folders = [one.parent for one in context.workspace.runs.glob("*/manifest.json")]
    return sorted(
        (_read(context, one) for one in folders), key=lambda run: (run.kept["when"], run.folder.stat().st_mtime_ns)
    )


def find_run(context: Context, asked: str) -> Run:
    """Return a run by its id, the beginning of it, or `latest`; CLI-003 where there is none, CLI-004 for several."""
    runs = all_runs(context)
    found = runs[-1:] if asked == LATEST else [run for run in runs if asked and run.id.startswith(asked)]
    if not found:
        raise ProblemsError([problem("CLI-003", asked=asked)])
    if len(found) > 1:
        listed = "、".join(run.id for run in found)
        raise ProblemsError([problem("CLI-004", asked=asked, count=len(found), listed=listed)])
    return found[0]
