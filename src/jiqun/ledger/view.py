"""The ledger at one moment: a version of every table, so that whatever is read belongs together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import polars as pl

from jiqun.ledger.decisions import DECISIONS, Standing, read_standing
from jiqun.ledger.log import LOG, Import, ImportLog, read_log
from jiqun.ledger.parts import Adding, with_parts
from jiqun.ledger.resolve import IMPORT, PART, REFERS, REPORTED, resolve
from jiqun.ledger.store import At, Store, gathered
from jiqun.ledger.workspace import Workspace
from jiqun.problems import Place, ProblemsError, problem

_TABLES_KEPT, _CELLS_KEPT = 6, 4_000_000  # the yearly table of 6,000 firms, 2.3 million cells, takes 19 MB


@dataclass(frozen=True)
class View:
    """Everything that can be read, pinned to versions: the imports log, the identity log and each table."""

    workspace: Workspace
    versions: Mapping[str, int]

    @cached_property
    def store(self) -> Store:
        return Store(self.workspace)

    @cached_property
    def log(self) -> ImportLog:
        return read_log(self.store, self.versions[LOG])

    @cached_property
    def standing(self) -> Standing:
        """The identity questions and the answers that stand."""
        return read_standing(self.store, self.versions[DECISIONS], {one.number for one in self.log.valid()})

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that hold something, by name."""
        return tuple(sorted({one.table for one in self.log.valid()}))

    def key(self, table: str) -> tuple[str, ...]:
        """Return the key columns of a table; LEDGER-056 where nothing was ever imported into it."""
        if table not in self._keys:
            found = self.store.key(table) if self.versions.get(table, -1) >= 0 else ()
            if not found:
                raise ProblemsError([problem("LEDGER-056", Place(item=table), table=table)])
            self._keys[table] = found
        return self._keys[table]

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        return {}

    def reported(self, table: str, every: bool = False, where: pl.Expr | None = None) -> pl.DataFrame:
        """Return the reported rows that count, with `_import` and `_row`; undone imports too where `every`.

        A firm that a person has decided on carries the decided id; a row whose firm is still open carries null. Where
        somebody has added workshops to firms, `_part` names the report of a row that is a workshop's.
        """
        self.key(table)
        if where is None or every:
            rows = self._counting(table, every)
            return gathered(rows if where is None else rows.filter(where), table)
        at = tuple(self.store.at(one, self.versions[one]) for one in (table, LOG, DECISIONS))
        kept = None if at[0] is None else _kept(_Counting(at, self, table))
        return gathered((self._counting(table) if kept is None else kept.lazy()).filter(where), table)

    def _counting(self, table: str, every: bool = False) -> pl.LazyFrame:
        """The rows that count, with the answers of persons put in."""
        imports = self.log.imports if every else self.log.valid(table)
        numbers = [one.number for one in imports if one.table == table]
        counting = self._rows(table).filter(pl.col(IMPORT).is_in(numbers))
        asked = {name for name in counting.collect_schema().names() if name == REPORTED or name.startswith(REFERS)}
        decided = counting
        for name in sorted(asked):
            decided = self._decided(decided, name, "enterprise" if name == REPORTED else name.removeprefix(REFERS))
        if REPORTED in asked and self.standing.parts:
            is_part = pl.col(REPORTED).is_in(sorted(self.standing.parts))
            decided = decided.with_columns(pl.when(is_part).then(pl.col(REPORTED)).alias(PART))
        return decided

    def _rows(self, table: str) -> pl.LazyFrame:
        """The rows of a table at its version, found once: what a version holds never changes."""
        if table not in self._scans:
            rows = self.store.read(table, self.versions[table])
            assert rows is not None
            self._scans[table] = rows
        return self._scans[table]

    @cached_property
    def _scans(self) -> dict[str, pl.LazyFrame]:
        return {}

    def table(self, table: str) -> pl.DataFrame:
        """Return what a table says: one row per key, sorted by key; rows with an open identity are not in it."""
        return self.told_by(table, self.log.valid(table))

    def told_by(
        self, table: str, imports: Sequence[Import], apart: bool = False, firm: str | None = None
    ) -> pl.DataFrame:
        """Return what a table would say if there were only these imports, of one firm where it is named.

        With `apart` the rows of firms and of their workshops stand for themselves, told apart by `_part` ("" for own).
        """
        key, numbers = self.key(table), [one.number for one in imports]
        every = len(numbers) == len(self.log.valid(table))
        wanted = [] if every else [pl.col(IMPORT).is_in(numbers)]
        wanted += [] if firm is None else [pl.col("enterprise") == firm]
        rows = self.reported(table, where=pl.all_horizontal(wanted) if wanted else None).drop_nulls(list(key))
        if apart:
            return _apart(rows, key, clears(imports))
        if PART not in rows.columns:
            return resolve(rows, key, clears(imports))
        return with_parts(rows, key, clears(imports), self.adding(table))

    def adding(self, table: str) -> Adding:
        """Return which columns of a table add up by report, and which imports had no such column in their file."""
        columns = {report: frozenset(of[table]) for report, of in self.standing.parts.items() if table in of}
        every = {column for of in columns.values() for column in of}
        files = [one for one in self.log.valid(table) if one.columns]
        silent = {name: {one.number for one in files if one.column(name) is None} for name in every}
        return Adding(columns, silent)

    def _decided(self, rows: pl.LazyFrame, reported: str, firm: str) -> pl.LazyFrame:
        """Put a person's answers into a column of firms, by what was reported there."""
        standing = self.standing
        if standing.answers.is_empty() and standing.refused.is_empty():
            return rows
        refused = standing.refused.rename({REPORTED: reported, "enterprise": firm}).lazy()
        answers = standing.answers.rename({REPORTED: reported}).lazy()
        joined = rows.join(refused, on=[reported, firm], how="left", maintain_order="left").join(
            answers, on=reported, how="left", maintain_order="left"
        )
        by_rule = pl.when(pl.col("_refused").is_null()).then(pl.col(firm))
        return joined.with_columns(pl.coalesce("_answer", by_rule).alias(firm)).drop("_answer", "_refused")


@dataclass(frozen=True)
class _Counting:
    """The rows of a table that count at a version of it, of the log and of the decisions: they never change."""

    at: tuple[At | None, ...]
    view: View = field(compare=False)
    table: str = field(compare=False)


@lru_cache(maxsize=_TABLES_KEPT)
def _kept(of: _Counting) -> pl.DataFrame | None:
    """Keep the rows of a table that one row is asked of after the other; None for a table too large to be kept."""
    rows = of.view._counting(of.table)
    height = gathered(rows.select(pl.len()), of.table).item()
    return gathered(rows, of.table) if height * len(rows.collect_schema()) <= _CELLS_KEPT else None


def _apart(rows: pl.DataFrame, key: Sequence[str], clearing: Mapping[str, Collection[int]]) -> pl.DataFrame:
    """Resolve the rows of every workshop for themselves; `_part` counts as a part of the key."""
    of = pl.col(PART).fill_null("") if PART in rows.columns else pl.lit("")
    return resolve(rows.with_columns(of.alias("part of")), [*key, "part of"], clearing).rename({"part of": PART})


def clears(imports: Sequence[Import]) -> dict[str, set[int]]:
    """Return column → the imports that say its blanks mean "no longer", not "not reported"."""
    found: dict[str, set[int]] = {}
    for one in imports:
        for column in one.clears:
            found.setdefault(column, set()).add(one.number)
    return found


def latest(workspace: Workspace) -> View:
    """Return the view of now; the log is read first, so every import that it holds has all its rows in the tables."""
    store = Store(workspace)
    log = read_log(store)
    versions = {LOG: log.version, DECISIONS: store.version(DECISIONS)}
    versions |= store.tables(sorted({one.table for one in log.imports}))
    return View(workspace, versions)
