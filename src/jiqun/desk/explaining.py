"""Why a subject of a run has its grade, with its name and the file, sheet and cell of every input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from jiqun.desk.by_register import COLUMNS, REGISTER, YEARLY
from jiqun.desk.context import Context
from jiqun.desk.evaluating import snapshot_of
from jiqun.desk.results_read import results_read
from jiqun.desk.row_sources import row_sources
from jiqun.desk.running import Run
from jiqun.ledger import lineage as ledger_lineage
from jiqun.ledger.snapshot import LAND_USE, Snapshot
from jiqun.methods.explanation.explain import Explanation
from jiqun.methods.explanation.explain import explain as explain_run
from jiqun.methods.ladder import ladder_of
from jiqun.packs.models import Ladder
from jiqun.problems import Language, ProblemsError
from jiqun.values import Unit, decimal_text, exact, grouped, half_up, unit_said

FACTS = ("name", "district", "industry", "scale")
_SHOWN_PARTS = 12
_PARTS: Mapping[Language, Mapping[str, str]] = {
    "zh": {"owned": "自有", "leased_in": "租入", "leased_out": "租出"},
    "en": {"owned": "owned", "leased_in": "leased in", "leased_out": "leased out"},
}
_JOINED: Mapping[Language, str] = {"zh": "并入“{who}”", "en": "added “{who}” "}
_LACKS: Mapping[Language, str] = {
    "zh": "“{who}”没有填，合计未知",
    "en": "“{who}” did not give it, so the sum is unknown",
}


def subject_facts(context: Context, run: Run, subject: str | None = None) -> pl.DataFrame | None:
    """Return who the subjects of a run are (name, district, industry, scale), from its snapshot; None without one.

    Where a `subject` is named, of it alone.
    """
    snapshot = snapshot_of(context, run)
    table = run.plan.method.evaluates.table
    if snapshot is None or table not in snapshot.names:
        return None
    rows = snapshot.table(table)
    if "year" in rows.columns:
        rows = rows.filter(pl.col("year") == run.plan.period.year)
    if "month" in rows.columns:  # one of its rows is this run's
        rows = rows.filter(pl.col("month") == str(run.plan.period))
    known = (name for name in FACTS if name in rows.columns and name != run.subject)
    rows = rows.select(run.subject, *known)
    if subject is not None:
        rows = rows.filter(pl.col(run.subject) == subject)
    if "enterprise" not in rows.columns or "enterprise" not in snapshot.names:
        return rows
    return with_register(snapshot.table("enterprise"), rows)


def with_register(register: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in what the evaluated table leaves out or does not hold by the register of enterprises.

    A firm is called as the register has it, now or formerly: what a department wrote may be short for it.
    """
    known = [name for name in FACTS if name in register.columns]
    former = [name for name in ("former_names",) if name in register.columns]
    joined = rows.join(
        register.select("enterprise", *known, *former), on="enterprise", how="left", suffix="__registered"
    )
    told = {name: pl.coalesce(name, f"{name}__registered") for name in known if name in rows.columns}
    if "name" in told and former:
        was_its = pl.col("former_names").fill_null("").str.split(";").list.contains(pl.col("name"))
        told["name"] = pl.coalesce(pl.when(was_its).then("name"), "name__registered", "name")
    added = (name for name in known if name not in rows.columns)
    return joined.with_columns(**told).select(*rows.columns, *added)


def subject_names(context: Context, run: Run) -> dict[str, str]:
    """Return the name of every subject of a run, empty where none is known."""
    facts = subject_facts(context, run)
    names = dict.fromkeys(run.trace[run.subject].to_list(), "")
    if facts is not None and "name" in facts.columns:
        names |= {one: name for one, name in facts.select(run.subject, "name").iter_rows() if name and one in names}
    return names


def _name(context: Context, run: Run, subject: str) -> str:
    facts = subject_facts(context, run, subject)
    if facts is None or "name" not in facts.columns:
        return ""
    return next((name for name in facts["name"] if name), "")


def explain_subject(
    context: Context,
    run: Run,
    subject: str,
    language: Language = "zh",
    *,
    sees_restricted: bool = True,
    sees_others: bool = True,
    told: Callable[[Run], bool] = lambda _: True,
) -> Explanation:
    """Explain a subject with its name and the file, sheet and cell of every input.

    Restricted figures may be masked, and benchmarks that give away another firm's. Results of other evaluations say
    whether they are signed; of those that the listener is not `told` of nothing but that is said.
    """
    snapshot = snapshot_of(context, run)
    read = results_read(context, run, subject, told, language)
    gathered = run.gathered
    name = _name(context, run, subject)
    if "name" not in gathered.columns:
        gathered = gathered.with_columns(name=pl.when(pl.col(run.subject) == subject).then(pl.lit(name)))
    return explain_run(
        run.plan,
        run.trace,
        gathered,
        subject,
        moves=run.moves,
        language=language,
        book=run.book,
        lineage=None if snapshot is None else sources(snapshot, run.subject, str(run.plan.period), language),
        row_lineage=None if snapshot is None else row_sources(snapshot, run.plan, _ladder(context), language),
        official=run.official,
        sign_off=run.sign_off,
        refereed=run.result.refereed_of(subject),
        sees_restricted=sees_restricted,
        sees_others=sees_others,
        benchmarks=run.result.benchmarks,
        results={one.name: one.words for one in read if one.words},
        untold=frozenset(one.name for one in read if one.standing == "untold"),
        cohorts=run.cohorts,
    )


def _ladder(context: Context) -> Ladder | None:
    return ladder_of(context.book) if context.book.objects("ladder") else None


def sources(
    snapshot: Snapshot, subject: str, period: str, language: Language = "zh"
) -> Callable[[str, str, str, int], str | None]:
    """Return the reader of where a figure came from: file!sheet!cell, or the parcels that land was added up from.

    `subject` is the column that names whom a run evaluates; a row of a month is told of the run's own month only.
    """
    told: dict[tuple[str, str, int], Mapping[str, ledger_lineage.Cell]] = {}

    def source(table: str, key: str, column: str, year: int) -> str | None:
        if table == LAND_USE:
            return _land(snapshot, key, year, language)
        if table not in snapshot.tables or not column:
            return None
        if (table, key, year) not in told:
            columns = snapshot.view.key(table)
            known: dict[str, ledger_lineage.Value] = {subject: key, "year": year}
            if period.startswith(f"{year}-"):
                known["month"] = period
            if not set(columns) <= set(known):
                return None
            try:
                told[table, key, year] = ledger_lineage.cells(
                    snapshot.view, table, {name: known[name] for name in columns}
                )
            except ProblemsError:  # the row holds nothing: nothing to tell of
                told[table, key, year] = {}
        cell = told[table, key, year].get(column)
        if cell is None and table == YEARLY and column in COLUMNS:
            return source(REGISTER, key, column, year)
        return None if cell is None else cell_words(cell, language)

    return source


def cell_words(cell: ledger_lineage.Cell, language: Language) -> str:
    """Name a cell with its conversion; of a sum every cell, with the workshop that was added, and who left it out."""
    if cell.adds:
        words = [_whose(replace(one, adds=()), language) for one in cell.adds]
        lacks = [_LACKS[language].format(who=ledger_lineage.called(one)) for one in cell.lacks]
        return " + ".join([*words, *lacks])
    if cell.factor in ("", "1"):
        return str(cell)
    if language == "en":
        before, after = (unit_said(one, language) for one in (cell.from_unit, cell.to_unit))
        return f"{cell} (file: {before}, ×{cell.factor} → {after})"
    return f"{cell}（原表 {cell.from_unit}，×{cell.factor} → {cell.to_unit}）"


def _whose(cell: ledger_lineage.Cell, language: Language) -> str:
    return joined(cell.part_name, language) + cell_words(cell, language)


def joined(workshop: str, language: Language) -> str:
    """Say before a cell whose it is: of the workshop that was added to the firm; nothing where it is the firm's own.

    >>> joined("示范一车间", "zh"), joined("", "zh")
    ('并入“示范一车间”', '')
    """
    return _JOINED[language].format(who=workshop) if workshop else ""


def _land(snapshot: Snapshot, enterprise: str, year: int, language: Language) -> str | None:
    """Say which parcels and leases a firm's land was added up from, each with the cell of its area."""
    parts = _PARTS[language]
    lines = []
    for row in snapshot.land_use(year).of(enterprise).head(_SHOWN_PARTS).iter_rows(named=True):
        sign = "−" if row["part"] == "leased_out" else ""
        where = _land_cell(snapshot, row)
        amount = Unit.parse("亩").behind(grouped(decimal_text(half_up(exact(row["year_area"]), 4))), language)
        days = f"{row['days']} {'天' if language == 'zh' else 'days'}"
        lines.append(f"{parts[row['part']]} {row['parcel']} {sign}{amount} {days}{where}")
    return ("；" if language == "zh" else "; ").join(lines) or None


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
