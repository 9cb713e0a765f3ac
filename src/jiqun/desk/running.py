"""Runs kept in a workspace: found by id, the beginning of an id, or `latest`; read back with their plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from pydantic import ValidationError

from jiqun.desk.context import Context
from jiqun.desk.kept_laws import keep_law, kept_law
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods import Plan, Result, load
from jiqun.methods.explanation.cohorts import Cohorts
from jiqun.methods.loading import LoadedMethod
from jiqun.methods.runs.files import last_noted
from jiqun.methods.runs.run import SignOff, StoredRun, run_ids, store, stored_runs
from jiqun.methods.runs.run import load as load_run
from jiqun.packs import LawBook, Method
from jiqun.problems import Place, Problem, ProblemsError, problem, recalled

LATEST = "latest"


@dataclass(frozen=True)
class Run:
    """A stored run with the workspace it lies in."""

    context: Context
    stored: StoredRun

    @property
    def id(self) -> str:
        return self.stored.id

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the run was made from: method, law book, period, parameters, tables, engine, versions."""
        return dict(self.stored.manifest["run"])

    @property
    def outcome(self) -> Mapping[str, Any]:
        """What came of it: subjects, statuses, the referee's work, problems."""
        return dict(self.stored.manifest["outcome"])

    @property
    def method_id(self) -> str:
        return str(self.inputs["method"]["id"])

    @property
    def edition(self) -> str:
        return str(self.inputs["method"]["edition"])

    @property
    def period(self) -> str:
        return str(self.inputs["period"])

    @property
    def snapshot(self) -> str:
        return str((self.stored.manifest["snapshot"] or {}).get("id", ""))

    @property
    def official(self) -> bool:
        return self.stored.official

    @property
    def sign_off(self) -> SignOff | None:
        """Who signed an official result and under which document."""
        return self.stored.sign_off

    @property
    def when(self) -> str:
        return "" if self.stored.at is None else self.stored.at.isoformat(timespec="seconds")

    @property
    def subject(self) -> str:
        return self.plan.subject

    @cached_property
    def book(self) -> LawBook:
        """The law book the run was made with: of now, kept with the run, or published then; else the one of now."""
        now, asked = self._book_of(self.context), str(self.inputs["book"])
        if now.digest == asked:
            return now
        workspace = self.context.workspace
        kept = kept_law(workspace.root, workspace.cache, asked)
        if kept is not None:
            return kept
        earlier = (self._book_of(one) for one in self.context.earlier_laws)
        return next((one for one in earlier if one.digest == asked), now)

    def _book_of(self, context: Context) -> LawBook:
        """The law book the method stands in: the workspace's, else that of all packs at hand."""
        return context.book if context.book.has("method", self.method_id) else context.everything

    @cached_property
    def plan(self) -> Plan:
        """The method compiled as it was for the run.

        Where its law book is nowhere at hand, the run's own copy of the rule is compiled in the one of now (`changes`
        says so); CLI-013 where the two do not fit together.
        """
        asked, parameters = self.inputs["method"]["digest"], self.inputs["parameters"] or None
        if self.book.has("method", self.method_id):
            loaded = load(self.method_id, self.book, self.edition or None)
            if loaded.method.digest == asked:
                return loaded.plan(self.period, parameters)
        written = json.dumps(self.stored.method)
        try:
            own = Method.model_validate_json(written)
            return LoadedMethod(own, self.book, lambda _: Place(item=self.method_id)).plan(self.period, parameters)
        except (ValidationError, ProblemsError):
            raise ProblemsError([problem("CLI-013", run=self.id, method=self.method_id)]) from None

    @cached_property
    def trace(self) -> pl.DataFrame:
        return self.stored.trace

    @cached_property
    def gathered(self) -> pl.DataFrame:
        return self.stored.gathered

    @cached_property
    def moves(self) -> pl.DataFrame:
        return self.stored.moves

    @cached_property
    def cohorts(self) -> Cohorts:
        """How many firms the benchmarks of the run were taken over, counted once for all who are explained."""
        return Cohorts(self.plan, self.trace, self.gathered)

    @cached_property
    def result(self) -> Result:
        """The run as an evaluation gave it."""
        benchmarks = pl.DataFrame(list(self.stored.benchmarks), infer_schema_length=None)
        return Result(
            self.plan,
            self.trace,
            self.gathered,
            benchmarks,
            self.moves,
            self.inputs,
            self.problems,
            refereed=self.stored.refereed,
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The notices of the evaluation."""
        found = self.outcome["problems"]
        return tuple(recalled(one["code"], Place(item=one["place"]), one["values"]) for one in found)

    @property
    def changes(self) -> tuple[Problem, ...]:
        """CLI-011 where the packs are no longer those that the run was made with."""
        if self.plan.book_digest == self.inputs["book"]:
            return ()
        return (problem("CLI-011", run=self.id, method=self.method_id),)


def keep(context: Context, result: Result, snapshot: Snapshot, sign_off: SignOff | None = None) -> Run:
    """Store a result in the workspace, as official where it is signed; the same evaluation again is the same run."""
    stored = store(
        context.workspace.runs,
        result,
        at=context.now,
        official=sign_off is not None,
        snapshot=snapshot,
        sign_off=sign_off,
    )
    run = Run(context, stored)
    if run.book.digest == run.inputs["book"]:
        keep_law(context.workspace.root, run.book)
    return run


def all_runs(context: Context) -> list[Run]:
    """Return the runs of a workspace, the oldest first."""
    return [Run(context, one) for one in stored_runs(context.workspace.runs)]


def find_run(context: Context, asked: str) -> Run:
    """Return a run by its id, the beginning of it, or `latest`, the one that was evaluated last.

    CLI-003 where there is none, CLI-004 for several.
    """
    if asked == LATEST:
        asked = last_noted(context.workspace.runs) or asked
    if asked in run_ids(context.workspace.runs):  # the usual case: a page or a line names it in full
        return Run(context, load_run(context.workspace.runs, asked))
    runs = all_runs(context)
    found = [run for run in runs if asked and run.id.startswith(asked)]
    if not found:
        raise ProblemsError([problem("CLI-003", asked=asked)])
    if len(found) > 1:
        listed = "、".join(run.id for run in found)
        raise ProblemsError([problem("CLI-004", asked=asked, count=len(found), listed=listed)])
    return found[0]
