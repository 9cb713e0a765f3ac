"""The packs, one firm with every figure the ladder asks for, and a way to evaluate changes of it on every reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jiqun import packs
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.evaluate import evaluate
from jiqun.methods.exact import evaluate as exactly
from jiqun.methods.linting.examples import frame_of
from jiqun.packs import LawBook

ROOT = Path(__file__).resolve().parents[2] / "packs"
YEAR = 2025
FIRM = "91500000MA5U00001A"


@pytest.fixture(scope="session")
def book() -> LawBook:
    return packs.load(ROOT)


@pytest.fixture(scope="session")
def firm() -> Callable[..., dict[str, list[dict[str, Any]]]]:
    return make_firm


@pytest.fixture(scope="session")
def right() -> Callable[..., dict[str, Any]]:
    return make_right


@pytest.fixture(scope="session")
def frames(book: LawBook) -> Callable[[Mapping[str, list[dict[str, Any]]]], dict[str, pl.DataFrame]]:
    """Turn rows into frames of the contracts' types."""
    return lambda tables: {name: _frame(book, name, rows) for name, rows in tables.items()}


@pytest.fixture(scope="session")
def three_years() -> Callable[..., list[dict[str, Any]]]:
    return years


def years(**columns: tuple[Any, Any, Any]) -> list[dict[str, Any]]:
    """Three years of a firm, the evaluated one first."""
    rows = []
    for back in range(3):
        rows.append(
            {"enterprise": FIRM, "year": YEAR - back, **{name: values[back] for name, values in columns.items()}}
        )
    return rows


def make_firm(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """A firm that meets every rule of the ladder; `table__column` replaces a cell of this year, a list replaces a table."""
    tables: dict[str, list[dict[str, Any]]] = {
        "enterprise": [{"enterprise": FIRM, "name": "重庆示范减速器有限公司", "industry": "3453", "district": "500109", "registered_on": date(2008, 5, 1), "listed_code": None}],
        "enterprise_year": years(
            industry=("3453",) * 3, revenue=(12000, 11000, 10000), main_revenue=(11400, 10400, 9400), rd=(800, 700, 600),
            assets=(10000, 9000, 8000), liabilities=(5000, 4800, 4400), staff=(200, 190, 180), rd_staff=(50, 45, 40),
        ),
        "sme_profile": [{
            "enterprise": FIRM, "year": YEAR, "niche_years": 12, "new_product": False, "net_profit": 1300, "total_cost": 2400,
            "sci_tech_staff": 70, "hi_tech_income": 9000, "rd_domestic_share": 100, "rd_choice": "sales", "new_equity_2y": 0,
            "new_equity_3y": 0, "digital_level": 3, "it_processes": 2, "rd_body": "province", "management_certified": True,
            "foreign_certified": False, "quality_award": True, "own_brand": True, "standards_joined": True,
            "standard_led_5y": False, "fills_gap": True, "six_bases": True, "old_brand": False, "supplies_leader": True,
            "key_link": True, "ten_fields": True, "network_fields": False, "industry_key_link": True,
            "strategic_emerging": True, "hi_tech_field": True, "national_share": 12, "global_share": 4, "national_rank": 2,
            "global_rank": 3, "market_confirmed": True, "technology_confirmed": True, "energy_confirmed": True,
            "strength_confirmed": True, "controlled_by_little_giant": False, "similar_in_group": False,
            "plan_investment": 2600, "funded_before": False, "mountain_island": False, "updated_on": date(2026, 4, 20),
        }],
        "ip_right": [make_right(number) for number in range(5)],
        "award": [],
        "title_held": [{"enterprise": FIRM, "title": title} for title in ("innovative", "specialised")],
        "sme_application": [],
        "event": [],
        "certified_score": [
            {"enterprise": FIRM, "scheme": scheme, "year": YEAR, "score": score}
            for scheme, score in (("专精特新发展评价", 65), ("专精特新特色化", 10), ("高企知识产权", 25), ("高企成果转化", 25), ("高企组织管理", 15))
        ],
        "grade_history": [{"enterprise": FIRM, "year": YEAR, "method": "size-class", "grade": "小型"}],
    }  # fmt: skip
    for name, value in changes.items():
        table, _, column = name.partition("__")
        if column:
            tables[table][0][column] = value
        elif value is None:
            del tables[table]
        else:
            tables[table] = value
    return tables


def make_right(number: int, **changes: Any) -> dict[str, Any]:
    """A class I right, developed by the firm and used in its main product."""
    row = {
        "enterprise": FIRM, "number": f"ZL{number}", "class": "1", "kind": "发明专利", "granted_on": date(2020, 1, 1),
        "own_developed": True, "transferred": False, "transferred_on": None, "in_use": True, "high_value": False, "owner_rank": 1,
    }  # fmt: skip
    return row | changes


Judged = Mapping[str, Any]
Rows = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def judge_all(book: LawBook) -> Callable[..., list[Judged]]:
    """Evaluate many firms under a method at once, columnar and exactly; both must agree on every cell."""

    def judged(
        method: str, edition: str | None, firms: Sequence[Rows], engines: Sequence[str] = ("polars",)
    ) -> list[Judged]:
        plan = compile_method(book.method(method, edition), YEAR, book=book)
        merged: dict[str, list[dict[str, Any]]] = {name: [] for tables in firms for name in tables}
        for number, tables in enumerate(firms):
            for name, rows in tables.items():
                merged[name] += [row | {"enterprise": f"{number:04}"} for row in rows]
        frames = {name: _frame(book, name, rows) for name, rows in merged.items()}
        results = [evaluate(plan, frames, engine=engine, book=book) for engine in engines]
        assert all(one.trace.equals(results[0].trace) for one in results)
        exact = exactly(plan, results[0].gathered)
        found = []
        for row in results[0].trace.iter_rows(named=True):
            alone = exact[row["enterprise"]].row
            assert {name: cell for name, cell in row.items() if name in alone} == dict(alone)
            found.append(dict(_named(plan, row)))
        return found

    return judged


@pytest.fixture(scope="session")
def judge(judge_all: Callable[..., list[Judged]]) -> Callable[..., Judged]:
    """Evaluate one firm; see judge_all."""
    return lambda method, edition, tables: judge_all(method, edition, [tables])[0]


def _named(plan: Plan, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Figures as numbers and verdicts as words, by the name they have in formulas."""
    population = str(row["population"])
    for name in plan.method.measures:
        yield name, _number(row[f"measure__{name}"], plan.digits(population, name))
    for name, score in plan.scores(population).items():
        yield f"{name}_points", _number(row[f"points__{name}"], score.digits)
    for name, node in plan.method.nodes.items():
        yield name, _number(row[f"node__{name}"], node.digits)
    total = plan.total(population)
    if total is not None:
        yield "total", _number(row["total"], total.digits)
    for name in plan.method.criteria:
        yield name, row[f"criterion__{name}"]
    for name in plan.method.requirements:
        yield name, row[f"requirement__{name}"]
    for name, one in plan.method.entitlements.items():
        yield name, _number(row[f"entitlement__{name}"], one.digits)
    yield "grade", row["grade"]
    yield "grade_reason", row["grade__reason"]


def _number(scaled: int | None, digits: int) -> float | None:
    return None if scaled is None else scaled / 10**digits


def _frame(book: LawBook, name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    contract = book.table(name)
    empty = frame_of(contract, ({one.name: None for one in contract.fields},)).clear()
    texts = tuple(
        {key: str(value) if type(value) in (int, float) else value for key, value in row.items()} for row in rows
    )
    return pl.concat([empty, frame_of(contract, texts)], how="diagonal") if rows else empty
