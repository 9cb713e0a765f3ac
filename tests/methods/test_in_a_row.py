"""Periods in a row: by month, quarter, year and day, as every way to decide what is unknown would have it."""

from __future__ import annotations

import random
from datetime import date
from itertools import product

import polars as pl
import pytest

from jiqun.engines import open_engine
from jiqun.methods.columns.gather import gather
from jiqun.methods.columns.tables import Tables
from jiqun.methods.compiling.compile import compile_method
from jiqun.packs.models.method import Method
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import ProblemsError
from jiqun.values import Period

METHOD = {
    "id": "runs",
    "title": "连续",
    "title_en": "In a row",
    "evaluates": {"table": "firm", "subject": "enterprise"},
    "populations": {"all": {"title": "全部", "where": "enterprise is not missing"}},
}


def contract(name: str, *columns: tuple[str, str]) -> TableContract:
    fields = [Column(name=one, title=one, title_en=one, type=kind) for one, kind in columns]  # type: ignore[arg-type]
    head = {"kind": "table", "id": name, "title": name, "title_en": name, "status": "in_force"}
    return TableContract(**head, completeness="complete", primaryKey=("enterprise",), fields=tuple(fields))  # type: ignore[arg-type]


FIRM = contract("firm", ("enterprise", "string"), ("year", "integer"))
KINDS = {
    "month": (("month", "string"),),
    "quarter": (("year", "integer"), ("quarter", "integer")),
    "year": (("year", "integer"),),
    "day": (("day", "date"),),
}
CASES = [
    ("month", "", "polars"), ("month", "quarter", "duckdb"), ("quarter", "", "duckdb"), ("year", "", "polars"),
    ("day", "month", "duckdb"), ("day", "quarter", "polars"), ("month", "year", "duckdb"),
]  # fmt: skip


def plan_of(kind, per, take, rows, **more):
    table = contract("row", ("enterprise", "string"), *KINDS[kind], ("bad", "boolean"), ("amount", "number"))
    rollup = {"table": "row", "take": take, "where": "bad and amount / 3 * 3 >= 0.3", "rows": rows} | more
    rollup |= {"per": per} if per else {}
    rollup |= {"date_column": "day"} if kind == "day" else {}
    formula = "1 if run else 0" if "reaches" in more else "run"
    method = Method.model_validate(METHOD | {"inputs": {"run": {"title": "连续", "rollup": rollup}}, "measures": {"m": {"title": "m", "formula": formula, "digits": 0}}})  # fmt: skip
    return compile_method(method, 2024, contracts={"firm": FIRM, "row": table})  # fmt: skip


def rows_of(chance, kind):
    found = []
    for firm in "abcdefgh":
        for _ in range(chance.randint(0, 7)):
            year, month = chance.randint(2021, 2024), chance.randint(1, 12)
            when = {
                "month": f"{year}-{month:02}",
                "quarter": (month + 2) // 3,
                "year": year,
                "day": date(year, month, 5),
            }
            keys = {name: when[name] for name, _ in KINDS[kind]}
            found.append({"enterprise": firm, **keys, "bad": chance.choice([True, True, False, None]), "amount": 0.3})
    return found


def months_of(row):
    if "quarter" in row:
        return row["year"] * 12 + row["quarter"] * 3 - 1
    day = (
        row.get("day") or date(*map(int, row["month"].split("-")), 1) if "year" not in row else date(row["year"], 1, 1)
    )
    return day.year * 12 + day.month - 1


def expected(rows, kind, per, take, span):
    """Decide the unknown rows in every way; what all agree on is the number."""
    step = {"month": 1, "quarter": 3, "year": 12}[per or kind]
    first, last = 2024 * 12, 2024 * 12 + 11
    inside = [row for row in rows if span != "same_period" or months_of(row) >= first]
    if span == "before_period":
        inside, last = [row for row in rows if months_of(row) < first], first - 1
    unknown = [at for at, row in enumerate(inside) if row["bad"] is None]
    answers = set()
    for guess in product([True, False], repeat=len(unknown)):
        bad = [guess[unknown.index(at)] if at in unknown else row["bad"] for at, row in enumerate(inside)]
        held = {months_of(row) // step for row, one in zip(inside, bad, strict=True) if one}
        ends = [last // step] if take == "in_a_row" else sorted(held)
        lengths = [next(n for n in range(100) if end - n not in held) for end in ends]
        answers.add(max(lengths, default=0))
    return answers.pop() if len(answers) == 1 else None


@pytest.mark.parametrize(("kind", "per", "engine"), CASES)
def test_periods_in_a_row_are_those_that_every_way_to_decide_agrees_on(kind, per, engine):
    """The amount lies at a rounding half in floats, so every row is decided by the exact reading as well."""
    chance = random.Random(f"{kind}{per}")
    firms = pl.DataFrame({"enterprise": list("abcdefgh"), "year": [2024] * 8})
    for take, span in product(("in_a_row", "longest_in_a_row"), ("same_period", "up_to_period", "before_period")):
        plan = plan_of(kind, per, take, span, no_rows=0)
        rows = rows_of(chance, kind)
        schema = {"enterprise": pl.String, **{name: {"string": pl.String, "integer": pl.Int64, "date": pl.Date}[one] for name, one in KINDS[kind]}, "bad": pl.Boolean, "amount": pl.Float64}  # fmt: skip
        with open_engine(engine) as opened:
            made = gather(
                plan, Tables(opened, plan.contracts, {"firm": firms, "row": pl.DataFrame(rows, schema=schema)})
            )
        for firm, found in made.sort("enterprise").select("enterprise", "run").iter_rows():
            own = [row for row in rows if row["enterprise"] == firm]
            assert found == expected(own, kind, per, take, span), (take, span, own)


def quarters(rows, reaches, told=()):
    """Decide open rows and quarters of 2024 without row, from the first row on, in every way."""
    if not rows:
        return {None} if len(told) < 4 else {reaches is not None and False or 0}
    first = min(months_of(row) for row in rows)
    there = {row["quarter"] for row in rows if row["year"] == 2024}
    lacking = [q for q in range(1, 5) if q not in there and 2024 * 12 + q * 3 - 1 >= first and q not in told]
    inside = [row for row in rows if row["year"] == 2024]
    unsure = [*lacking, *(row["quarter"] for row in inside if row["bad"] is None)]
    answers = set()
    for guess in product([True, False], repeat=len(unsure)):
        bad = {row["quarter"] for row in inside if row["bad"]} | {
            q for q, one in zip(unsure, guess, strict=True) if one
        }
        longest = max((next(n for n in range(9) if q - n not in bad) for q in bad), default=0)
        answers.add(longest if reaches is None else longest >= reaches)
    return answers


@pytest.mark.parametrize(
    ("reaches", "told", "engine"), [(None, (), "polars"), (2, (), "duckdb"), (2, (1, 2), "polars")]
)
def test_a_quarter_without_row_is_unknown_unless_somebody_said_that_there_is_nothing(reaches, told, engine):
    """Not reported is not the same as nothing: the longest row of bad quarters in every way to decide them."""
    chance = random.Random(f"{reaches}{told}")
    firms = pl.DataFrame({"enterprise": list("abcdefgh"), "year": [2024] * 8})
    plan = plan_of(
        "quarter", "", "longest_in_a_row", "same_period", **({} if reaches is None else {"reaches": reaches})
    )
    schema = {"enterprise": pl.String, "year": pl.Int64, "quarter": pl.Int64, "bad": pl.Boolean, "amount": pl.Float64}
    for _ in range(2):
        rows = [one for one in rows_of(chance, "quarter") if one["year"] > 2022]
        nothing = {"row": [Period.parse(f"2024-Q{q}") for q in told]}
        with open_engine(engine) as opened:
            given = {"firm": firms, "row": pl.DataFrame(rows, schema=schema)}
            made = gather(plan, Tables(opened, plan.contracts, given, nothing))
        for firm, found in made.sort("enterprise").select("enterprise", "run").iter_rows():
            answers = quarters([row for row in rows if row["enterprise"] == firm], reaches, told)
            assert found == (answers.pop() if len(answers) == 1 else None), (firm, rows)


def test_a_year_does_not_tell_its_quarters():
    with pytest.raises(ProblemsError) as told:
        plan_of("year", "quarter", "in_a_row", "same_period")
    assert [one.code for one in told.value.problems] == ["METHOD-070"]
