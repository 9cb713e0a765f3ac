"""What is told about one subject of a run: its name, where its inputs came from, its way up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import polars as pl

from jiqun.cli.context import Context
from jiqun.cli.evaluating import snapshot_of
from jiqun.cli.running import Run
from jiqun.cli.speech import both, language
from jiqun.ledger import lineage as ledger_lineage
from jiqun.ledger.snapshot import LAND_USE, Snapshot
from jiqun.methods.explain import Explanation
from jiqun.methods.explain import explain as explain_run
from jiqun.methods.nearest import Nearest, Way
from jiqun.methods.wording.numbers import grouped
from jiqun.methods.wording.voice import Voice
from jiqun.problems import ProblemsError
from jiqun.reports.run import FACTS
from jiqun.values import decimal_text, exact, half_up

_SHOWN_PARTS = 12


def subject_facts(context: Context, run: Run) -> pl.DataFrame | None:
    """Return who the subjects of a run are (name, district, industry, scale), from its snapshot; None without one."""
    snapshot = snapshot_of(context, run)
    table = run.plan.method.evaluates.table
    if snapshot is None or table not in snapshot.names:
        return None
    rows = snapshot.table(table)
    if "year" in rows.columns:
        rows = rows.filter(pl.col("year") == run.plan.period.year)
    return rows.select(run.subject, *(name for name in FACTS if name in rows.columns))


def subject_names(context: Context, run: Run) -> dict[str, str]:
    """Return the name of every subject of a run, empty where none is known."""
    facts = subject_facts(context, run)
    names = dict.fromkeys(run.trace[run.subject].to_list(), "")
    if facts is not None and "name" in facts.columns:
        names |= {one: name for one, name in facts.select(run.subject, "name").iter_rows() if name and one in names}
    return names


def explain_subject(context: Context, run: Run, subject: str) -> Explanation:
    """Explain a subject with its name and the file, sheet and cell of every input."""
    snapshot = snapshot_of(context, run)
    gathered = run.gathered
    name = subject_names(context, run)[subject]
    if "name" not in gathered.columns:
        gathered = gathered.with_columns(name=pl.when(pl.col(run.subject) == subject).then(pl.lit(name)))
    return explain_run(
        run.plan,
        run.trace,
        gathered,
        subject,
        moves=run.moves,
        language=language(),
        book=run.book,
        lineage=None if snapshot is None else sources(snapshot),
        official=run.official,
    )


def sources(snapshot: Snapshot) -> Callable[[str, str, str, int], str | None]:
    """Return the reader of where a figure came from: file!sheet!cell, or the parcels that land was added up from."""
    told: dict[tuple[str, str, int], Mapping[str, ledger_lineage.Cell]] = {}

    def source(table: str, key: str, column: str, year: int) -> str | None:
        if table == LAND_USE:
            return _land(snapshot, key, year)
        if table not in snapshot.tables or not column:
            return None
        if (table, key, year) not in told:
            columns = snapshot.view.key(table)
            known: dict[str, ledger_lineage.Value] = {"enterprise": key, "year": year}
            if not set(columns) <= set(known):
                return None
            try:
                told[table, key, year] = ledger_lineage.cells(
                    snapshot.view, table, {name: known[name] for name in columns}
                )
            except ProblemsError:  # the row holds nothing: nothing to tell of
                told[table, key, year] = {}
        cell = told[table, key, year].get(column)
        return None if cell is None else _cell_words(cell)

    return source


def _cell_words(cell: ledger_lineage.Cell) -> str:
    if cell.factor in ("", "1"):
        return str(cell)
    return both(
        f"{cell}（原表 {cell.from_unit}，×{cell.factor} → {cell.to_unit}）",
        f"{cell} (file: {cell.from_unit}, ×{cell.factor} → {cell.to_unit})",
    )


def _land(snapshot: Snapshot, enterprise: str, year: int) -> str | None:
    """Say which parcels and leases a firm's land was added up from, each with the cell of its area."""
    parts = {
        "owned": both("自有", "owned"),
        "leased_in": both("租入", "leased in"),
        "leased_out": both("租出", "leased out"),
    }
    lines = []
    for row in snapshot.land_use(year).of(enterprise).head(_SHOWN_PARTS).iter_rows(named=True):
        sign = "−" if row["part"] == "leased_out" else ""
        where = _land_cell(snapshot, row)
        amount = grouped(decimal_text(half_up(exact(row["year_area"]), 4)))
        days = both(f"{row['days']} 天", f"{row['days']} days")
        lines.append(f"{parts[row['part']]} {row['parcel']} {sign}{amount} 亩 {days}{where}")
    return "；".join(lines) or None


def _land_cell(snapshot: Snapshot, row: Mapping[str, object]) -> str:
    """Return the cell of a lease's area, else of the parcel's."""
    try:
        cells = ledger_lineage.cells(snapshot.view, "parcel", {"parcel": str(row["parcel"])})
    except ProblemsError:
        cells = {}
    lease = _lease_cell(snapshot, row) if row["part"] != "owned" else None
    cell = lease or cells.get("area")
    return "" if cell is None else f" [{cell}]"


def _lease_cell(snapshot: Snapshot, row: Mapping[str, object]) -> ledger_lineage.Cell | None:
    if "occupancy" not in snapshot.tables:
        return None
    tenant = row["enterprise"] if row["part"] == "leased_in" else row["other"]
    leases = snapshot.table("occupancy").filter(
        (pl.col("parcel") == row["parcel"]) & (pl.col("enterprise") == tenant) & (pl.col("from") <= pl.lit(row["last"]))
    )
    if leases.is_empty():
        return None
    key = leases.sort("from").select("parcel", "enterprise", "from").row(-1, named=True)
    return ledger_lineage.cells(snapshot.view, "occupancy", key).get("area")


def nearest_lines(run: Run, told: Nearest) -> tuple[list[list[object]], list[str]]:
    """Return the ways to the next grade as rows, and what else should be said."""
    voice = Voice(run.plan, language(), run.book)
    rows = [_way_row(run, voice, way) for way in told.ways]
    notes = list(_notes(voice, told))
    return rows, notes


def _way_row(run: Run, voice: Voice, way: Way) -> list[object]:
    unit = f" {way.unit}" if way.unit else ""
    share = "" if way.share is None else f"（{_signed(half_up(way.share * 100, 2))}%）"
    title = voice.label(way.input) if way.kind == "input" else _deduction_title(run, way.input)
    return [
        title,
        grouped(decimal_text(way.now)),
        grouped(decimal_text(way.needed)) + unit,
        _signed(way.change) + share,
        "" if way.total is None else grouped(decimal_text(way.total)),
        way.rank,
        way.grade,
    ]


def _deduction_title(run: Run, name: str) -> str:
    for total in run.plan.method.totals.values():
        if name in total.deductions:
            one = total.deductions[name]
            return both(f"撤回扣分：{one.title}", f"withdraw: {one.title_en or one.title}")
    return name


def _signed(value: Fraction) -> str:
    return ("+" if value > 0 else "") + grouped(decimal_text(value))


def _notes(voice: Voice, told: Nearest) -> list[str]:
    reasons = {
        "best": both("已经是最好一档。", "It has the best grade already."),
        "not_graded": both("没有参加定档，谈不上升档。", "It is not graded, so there is no next grade."),
    }
    notes = [reasons[told.reason]] if told.reason in reasons else []
    if told.wanted and not told.ways:
        notes.append(both(f"只改一项到不了 {told.wanted} 档。", f"No single change reaches {told.wanted}."))
    if told.out_of_reach:
        names = voice.listed(voice.label(one) for one in told.out_of_reach)
        notes.append(both(f"单靠改这些到不了：{names}", f"Out of reach by one change: {names}"))
    if told.not_advised:
        names = voice.listed(voice.label(one) for one in told.not_advised)
        notes.append(both(f"不作为建议：{names}", f"Not advised: {names}"))
    for one in told.lacking:
        missing = voice.listed(voice.label(name) for name in one.missing)
        notes.append(
            f"{voice.label(one.criterion)}{voice.say('colon')}{one.verdict}" + (f"（{missing}）" if missing else "")
        )
    if told.held:
        notes.append(
            both(
                "本期同类企业的平均值等基准按原值不变；自己改动会稍微改变它们。",
                "Benchmarks made from this period's firms are held; the firm's own change would shift them slightly.",
            )
        )
    return notes
