"""Where a figure that was rolled up from several rows came from: the cells of these rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from jiqun.desk.nil_returns import says_nothing
from jiqun.ledger import lineage as ledger_lineage
from jiqun.ledger.lineage import Cell
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.explanation.rollup_rows import Row, rolled_rows
from jiqun.methods.ladder.titles import title_names
from jiqun.packs.models import Ladder
from jiqun.problems import Language, ProblemsError
from jiqun.values import Period, comparable

MOST = 6
_WORDS: Mapping[str, tuple[str, str]] = {
    "rows": ("{cells}（共 {count} 行）", "{cells} ({count} rows)"),
    "unsure": ("没填全、算不算未定的 {count} 行：{cells}", "{count} rows not filled in, which may count: {cells}"),
    "twins": ("重复的 {count} 行：{cells}", "repeated rows ({count}): {cells}"),
    "unreported": (
        "没有 {periods} 的记录，也没有零报告，视为未知",
        "no row of {periods} and no nil return: unknown",
    ),
    "other": ("“{table}”中的 {own} 行都不符合", "none of the {own} rows in {table} counts"),
    "none": ("“{table}”中没有一行", "no row in {table}"),
    "nothing": (
        "；{period} 作过零报告（第 {number} 次导入，{who}）",
        "; nothing to report of {period} (import {number}, {who})",
    ),
}
_JOIN = {"zh": ("、", "；"), "en": (", ", "; ")}
_PERIODS = ("year", "month")
TITLES = "title_held"


def row_sources(
    snapshot: Snapshot, plan: Plan, ladder: Ladder | None = None, language: Language = "zh"
) -> Callable[[str, object], str | None]:
    """Return the reader of which rows a rolled-up input was made from, a few of their cells by name.

    Titles in force are worked out from what was recorded of them, so it is these rows that are named; `ladder` tells
    which written names mean one title.
    """

    def source(name: str, subject: object) -> str | None:
        one = plan.method.inputs[name]
        assert one.rollup is not None
        table = one.rollup.table
        if subject is None:
            return None
        of_titles = table == TITLES and "title" in snapshot.tables
        if (table not in snapshot.tables and not of_titles) or table not in plan.contracts:
            return None
        rows_of = _recorded_titles(snapshot, ladder) if of_titles else snapshot.table(table)
        found, kept = rolled_rows(plan, name, rows_of, subject), "title" if of_titles else table
        wanted = sorted(plan.formulas[f"inputs.{name}.rollup.of"].names) if one.rollup.of is not None else []
        kinds = {"rows": found.counted, "unsure": found.unsure, "twins": found.twins}
        said = {key: _said(key, snapshot, kept, rows, wanted, language) for key, rows in kinds.items() if rows}
        if not (said.get("rows") or said.get("unsure")):
            contract = plan.contracts[table]
            title = contract.title if language == "zh" else contract.title_en
            nothing = _words("other" if found.own else "none", language).format(table=title, own=found.own)
            said = {"nothing": nothing + _nil_returns(snapshot, plan, kept, language), **said}
        lacking = [one for one in found.unreported if not says_nothing(snapshot.view.log, kept, one)]
        if lacking:
            periods = _JOIN[language][0].join(one.words(language) for one in lacking)
            said["unreported"] = _words("unreported", language).format(periods=periods)
        return _JOIN[language][1].join(filter(None, said.values()))

    return source


def _nil_returns(snapshot: Snapshot, plan: Plan, table: str, language: Language) -> str:
    """Say who reported that there is nothing of the evaluated period, or of a part of it."""
    last, first = plan.period.last, plan.period.first
    return "".join(
        _words("nothing", language).format(period=one.period, number=one.number, who=one.who)
        for one in snapshot.view.log.valid(table)
        if one.says_nothing and one.period
        if Period.parse(one.period).first <= last and Period.parse(one.period).last >= first
    )


def _words(key: str, language: Language) -> str:
    return _WORDS[key][0 if language == "zh" else 1]


def _recorded_titles(snapshot: Snapshot, ladder: Ladder | None) -> pl.DataFrame:
    """Every recorded event of a title as a row of the derived table: its name as the ladder calls it."""
    names = {} if ladder is None else title_names(ladder)
    written = snapshot.table("title")
    known = {one: names.get(comparable(one), one) for one in written["title"].unique().drop_nulls()}
    return written.with_columns(written=pl.col("title"), title=pl.col("title").replace(known), since=pl.col("date"))


def _said(
    key: str, snapshot: Snapshot, table: str, rows: Sequence[Row], wanted: Sequence[str], language: Language
) -> str:
    found = [cell for row in rows[:MOST] for cell in _cells(snapshot, table, row, wanted)]
    if not found:
        return ""
    cells = _JOIN[language][0].join(_in_sheets(found))
    if len(rows) <= MOST and key == "rows":
        return cells
    return _words(key, language).format(cells=cells + ("…" if len(rows) > MOST else ""), count=len(rows))


def _in_sheets(cells: Sequence[Cell]) -> Iterator[str]:
    """Name cells one by one, a sheet only where it changes: 称号.xlsx!称号!C3、C4."""
    before = ""
    for cell in cells:
        whole = str(cell)
        sheet = whole.rpartition("!")[0]
        yield whole if sheet != before or not sheet else whole.removeprefix(f"{sheet}!")
        before = sheet


def _key_of(row: Row, name: str) -> Any:
    return row["written"] if name == "title" and "written" in row else row[name]


def _cells(snapshot: Snapshot, table: str, row: Mapping[str, Any], wanted: Sequence[str]) -> Iterator[Cell]:
    """The cells of the figures of a row or, where rows are only counted, of what tells it from the others."""
    key = snapshot.view.key(table)
    try:
        known = ledger_lineage.cells(snapshot.view, table, {name: _key_of(row, name) for name in key})
    except ProblemsError:  # the row holds nothing more than its key
        return
    telling = [name for name in key if name not in _PERIODS]
    for name in wanted or telling[-1:] or key[-1:]:
        if name in known:
            yield known[name]
