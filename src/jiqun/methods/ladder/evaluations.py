"""Evaluating every firm under every rule that a ladder may send it to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from jiqun.expressions import Exact
from jiqun.methods.columns.tables import empty_table
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.ladder.edition import ChosenEdition, choose_edition
from jiqun.methods.ladder.titles import Holding, holdings, title_events, title_held
from jiqun.methods.result import Result
from jiqun.packs import LawBook
from jiqun.packs.models import EditionRule, Ladder
from jiqun.problems import Place, ProblemsError, problem
from jiqun.values import Period

SIZE_CLASS = "size-class"
Key = tuple[str, str]  # method and edition


@dataclass(frozen=True)
class Case:
    """A firm's application or re-verification for a rung."""

    enterprise: str
    rung: str
    case_type: str
    cohort: str | None
    applied_on: date

    def facts(self) -> dict[str, Exact]:
        """What an edition rule looks at."""
        return {"case_type": self.case_type, "cohort": self.cohort, "applied_on": self.applied_on}


@dataclass(frozen=True)
class Evaluated:
    """All that a screening reads: results by method and edition, titles, cases, and who is listed.

    `year` is the data year, `on` the day of the screening.
    """

    ladder: Ladder
    rules: Mapping[str, EditionRule]
    results: Mapping[Key, Result]
    holdings: tuple[Holding, ...]
    cases: tuple[Case, ...]
    names: Mapping[str, str]
    districts: Mapping[str, str]
    listed: frozenset[str]
    year: int
    on: date


def ladder_of(book: LawBook, id_: str | None = None) -> Ladder:
    """Return a ladder by id, or that of the narrowest jurisdiction; METHOD-111 where there is none."""
    order = {pack.id: index for index, pack in enumerate(book.packs)}
    found = sorted(book.objects("ladder"), key=lambda one: order[one.pack])
    chosen = [one.model for one in found if id_ in (None, one.id)]
    if not chosen:
        known = "、".join(one.id for one in found) or "—"
        raise ProblemsError([problem("METHOD-111", Place(item=id_ or ""), ladder=id_ or "—", known=known)])
    ladder = chosen[-1]
    assert isinstance(ladder, Ladder)
    return ladder


def evaluate_ladder(
    book: LawBook,
    ladder: Ladder,
    tables: Mapping[str, pl.DataFrame],
    on: date,
    *,
    year: int | None = None,
    engine: str = "polars",
    every_edition_of: str | None = None,
) -> Evaluated:
    """Evaluate all firms of a data year (the one before `on` where left out) under every rule of the ladder's rungs.

    A firm's size class is computed first and the titles valid on `on` are worked out from their events; both are handed
    to the rules as tables. A column that was not handed in is unknown for everybody. For the rung `every_edition_of`
    all editions of its rule are computed, not only those that a case falls under. Raises ProblemsError with the
    faults of the tables, METHOD-113 where no rung has a rule.
    """
    asked = year if year is not None else on.year - 1
    tables = {name: _whole(book, name, frame) for name, frame in tables.items()}
    found = holdings(title_events(tables["title"]), ladder, on, _updates(tables)) if "title" in tables else ()
    rules = {name: _rule(book, name) for rung in ladder.rungs.values() if (name := rung.rule) is not None}
    if not rules:
        raise ProblemsError([problem("METHOD-113", Place(item=ladder.id), ladder=ladder.id)])
    given = dict(tables)
    if "title" in tables:
        given["title_held"] = title_held(found)
    given.setdefault("sme_application", empty_table(book.table("sme_application")))
    given["grade_history"] = _with_size(book, given, asked, engine)
    cases = _cases(given["sme_application"], asked, on)
    uses = dict.fromkeys(_uses(book, ladder, rules, cases, on))
    compared = ladder.rungs[every_edition_of].rule if every_edition_of is not None else None
    if compared is not None:
        uses |= dict.fromkeys(editions_of(book, rules[compared]))
    results = {key: _evaluated(book, key, given, asked, engine) for key in uses}
    register = tables.get("enterprise")
    return Evaluated(
        ladder=ladder,
        rules=rules,
        results=results,
        holdings=found,
        cases=cases,
        names=_column(tables, register, "name", asked),
        districts=_column(tables, register, "district", asked),
        listed=_listed(register),
        year=asked,
        on=on,
    )


def editions_of(book: LawBook, rule: EditionRule) -> tuple[Key, ...]:
    """Return method and edition of every choice of a rule, oldest first."""
    keys = {(one.use.method, one.use.edition or book.method(one.use.method).edition or "") for one in rule.choices}
    return tuple(sorted(keys, key=lambda key: (key[1], key[0])))


def last_year_with_data(tables: Mapping[str, pl.DataFrame], on: date) -> int:
    """The year before a day or, where firms reported nothing for it, the last one for which they did."""
    years = tables["enterprise_year"].filter(pl.col("year") < on.year)["year"]
    latest = years.max()
    return int(latest) if isinstance(latest, int) else on.year - 1


def _whole(book: LawBook, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of the contract that a table lacks, empty: unknown, not zero."""
    if not book.has("table", table):
        return frame
    lacking = {name: kind for name, kind in empty_table(book.table(table)).schema.items() if name not in frame.columns}
    return frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in lacking.items())


def _rule(book: LawBook, name: str) -> EditionRule:
    found = book.get("edition_rule", name)
    assert isinstance(found, EditionRule)
    return found


def assumed_case(enterprise: str, rung: str, case_type: str, on: date) -> Case:
    """The case of a firm that has not applied: as if it did on the day of the screening, its batch unknown."""
    return Case(enterprise, rung, case_type, None, on)


def _uses(
    book: LawBook, ladder: Ladder, rules: Mapping[str, EditionRule], cases: Iterable[Case], on: date
) -> Iterator[Key]:
    """The editions that some case falls under; others are not computed."""
    for name, rung in ladder.rungs.items():
        if rung.rule is None:
            continue
        own = {Case("", name, one.case_type, one.cohort, one.applied_on) for one in cases if one.rung == name}
        own |= {assumed_case("", name, case_type, on) for case_type in ("application", "review")}
        for case in own:
            chosen = choose_edition(rules[rung.rule], case.facts())
            if chosen.method is not None:
                yield key_of(chosen, book)


def key_of(chosen: ChosenEdition, book: LawBook) -> Key:
    """Return method and edition of a choice; the latest edition where none is named."""
    assert chosen.method is not None
    return chosen.method, chosen.edition or book.method(chosen.method).edition or ""


def _evaluated(book: LawBook, key: Key, tables: Mapping[str, Any], year: int, engine: str) -> Result:
    method = book.method(key[0], key[1] or None)
    return evaluate(compile_method(method, Period.parse(str(year)), book=book), tables, engine=engine, book=book)


def _with_size(book: LawBook, tables: Mapping[str, pl.DataFrame], year: int, engine: str) -> pl.DataFrame:
    """Return the history of grades with this year's size classes, which the rules for SMEs ask for."""
    empty = empty_table(book.table("grade_history"))
    before = tables.get("grade_history", empty)
    result = _evaluated(book, (SIZE_CLASS, ""), tables, year, engine)
    made = result.trace.select(
        enterprise=pl.col("enterprise"),
        year=pl.lit(year, pl.Int64),
        method=pl.lit(SIZE_CLASS),
        grade=pl.col("grade").cast(pl.String),
    ).drop_nulls("grade")
    kept = before.filter(~((pl.col("method") == SIZE_CLASS) & (pl.col("year") == year)))
    return pl.concat([empty, kept, made], how="diagonal")


def _updates(tables: Mapping[str, pl.DataFrame]) -> dict[str, date | None] | None:
    profile = tables.get("sme_profile")
    if profile is None or "updated_on" not in profile.columns:
        return None
    last = profile.group_by("enterprise").agg(pl.col("updated_on").max())
    return dict(last.iter_rows())


def _cases(applications: pl.DataFrame, year: int, on: date) -> tuple[Case, ...]:
    rows = applications.filter((pl.col("year") == year) & ~(pl.col("applied_on") > on).fill_null(False))
    return tuple(
        Case(row["enterprise"], row["rung"], row["case_type"], row.get("cohort"), row["applied_on"] or on)
        for row in rows.sort("enterprise", "rung", "applied_on").iter_rows(named=True)
    )


def _column(tables: Mapping[str, pl.DataFrame], register: pl.DataFrame | None, name: str, year: int) -> dict[str, str]:
    """A firm's name or district: as registered, else as reported for the year."""
    found: dict[str, str] = {}
    reported = tables.get("enterprise_year")
    if reported is not None and name in reported.columns:
        own = reported.filter(pl.col("year") == year).select("enterprise", name).drop_nulls()
        found.update(own.iter_rows())
    if register is not None and name in register.columns:
        found.update(register.select("enterprise", name).drop_nulls().iter_rows())
    return found


def _listed(register: pl.DataFrame | None) -> frozenset[str]:
    if register is None or "listed_code" not in register.columns:
        return frozenset()
    return frozenset(register.filter(pl.col("listed_code").is_not_null())["enterprise"].to_list())
