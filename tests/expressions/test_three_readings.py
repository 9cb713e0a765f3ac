"""The column reading on every engine against the exact reading, on random formulas and random data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jiqun.engines import ENGINES, Engine, open_engine
from jiqun.expressions import (
    BooleanType,
    CodesType,
    DateType,
    NumberType,
    TextType,
    Typed,
    check,
    columns,
    exact_value,
    parse,
    words,
)
from jiqun.problems import ProblemsError
from jiqun.values import Unit


def _in(unit: str) -> NumberType:
    return NumberType(Unit.parse(unit))


NAMES = {
    "tax": _in("万元"),
    "revenue": _in("万元"),
    "cash": _in("元"),
    "land": _in("亩"),
    "floor_area": _in("㎡"),
    "factor": _in("1"),
    "rate": _in("%"),
    "staff": _in("1"),
    "listed": BooleanType(),
    "industry": TextType(),
    "registered_on": DateType(),
    "manufacturing": CodesType(frozenset({"1311", "3311", "3640"})),
}
LEAVES = {"万元": ["tax", "revenue", "cash"], "亩": ["land", "floor_area"], "1": ["factor", "rate", "staff"]}

decimals = st.one_of(
    st.sampled_from(["0", "0.1", "0.3", "1", "1.005", "2.5", "-2.5", "10", "59.995", "100", "0.285"]),
    st.decimals(min_value=-1000, max_value=1000, places=2).map(str),
    st.decimals(min_value=0, max_value=10**7, places=4).map(str),
    st.integers(min_value=-5, max_value=5).map(str),
)
literals = st.sampled_from(["0", "0.1", "0.3", "1", "2", "2.5", "10", "0.285", "100", "1.005", "1234567.8901"])
days = st.sampled_from([date(2020, 2, 29), date(2021, 2, 28), date(2021, 3, 1), date(2019, 6, 30), date(2024, 2, 29)])


@st.composite
def number(draw: st.DrawFn, unit: str, depth: int) -> str:
    """A formula for a number that can be said in `unit`."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        if draw(st.integers(0, 4)) == 0:
            literal = draw(literals)
            return literal if unit == "1" else f'unit({literal}, "{unit}")'
        return draw(st.sampled_from(LEAVES[unit]))
    form = draw(
        st.sampled_from(
            [
                "sum",
                "sum",
                "product",
                "quotient",
                "quotient",
                "extreme",
                "sign",
                "step",
                "choice",
                "root",
                "power",
                "parts",
            ]
        )
    )
    one = draw(number(unit, depth - 1))
    if form == "sum":
        rest = [draw(number(unit, depth - 1)) for _ in range(draw(st.integers(1, 3)))]
        return one + "".join(f" {draw(st.sampled_from('+-'))} ({term})" for term in rest)
    if form == "root":
        return f"root({draw(number('1', depth - 1))}, {draw(st.integers(2, 5))}) * ({one})"
    if form == "parts":
        first, second = sorted(draw(st.lists(st.integers(1, 900), min_size=2, max_size=2, unique=True)))
        return f"progressive({one}, 0.3, {first}, {draw(number('1', 0))}, {second}, 0.05)"
    if form == "power":
        base, of = (
            draw(number("1", depth - 1)),
            draw(st.sampled_from(["2", "-1", "0.6", "1 / 3", "min(abs(factor), 3)"])),
        )
        return draw(st.sampled_from([f"raised_to({base}, {of}) * ({one})", f"ln({base}) * ({one})"]))
    if form == "product":
        return f"({one}) * ({draw(number('1', depth - 1))})"
    if form == "quotient":
        if unit == "1" and draw(st.booleans()):
            over = draw(st.sampled_from(["万元", "亩"]))
            return f"({draw(number(over, depth - 1))}) / ({draw(number(over, depth - 1))} + 0 * {LEAVES[over][0]})"
        if draw(st.integers(0, 3)) == 0:  # a denominator that is exactly zero, but seldom in floats
            return f"({one}) / (factor + rate - rate - factor)"
        return f"({one}) / ({draw(number('1', depth - 1))} + 0 * factor)"
    if form == "extreme":
        return f"{draw(st.sampled_from(['min', 'max']))}({one}, {draw(number(unit, depth - 1))}, {draw(literals)})"
    if form == "sign":
        return draw(st.sampled_from(["-({})", "abs({})"])).format(one)
    if form == "step":
        return draw(st.sampled_from(["floor({})", "ceil({})", "round({}, 0)", "round({}, 2)", "round({}, 4)"])).format(
            one
        )
    otherwise = draw(st.one_of(st.just("missing"), number(unit, depth - 1)))
    return f"({one} if {draw(condition(depth - 1))} else {otherwise})"


@st.composite
def condition(draw: st.DrawFn, depth: int) -> str:
    """A formula for a truth value."""
    form = draw(st.sampled_from(["compare", "compare", "tie", "chain", "plain", "missing", "not", "logic", "logic"]))
    unit = draw(st.sampled_from(sorted(LEAVES)))
    sign = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    if form == "compare":
        return f"{draw(number(unit, max(depth, 0)))} {draw(sign)} ({draw(number(unit, max(depth - 1, 0)))})"
    if form == "tie":  # exactly equal, but seldom in floats
        one, other = draw(number(unit, max(depth - 1, 0))), draw(st.sampled_from(LEAVES[unit]))
        return f"{one} + {other} - {other} {draw(sign)} {one}"
    if form == "chain":
        return f"{draw(literals)} <= {draw(number(unit, max(depth, 0)))} < {draw(literals)}"
    if form == "missing":
        return f"({draw(number(unit, max(depth, 0)))}) {draw(st.sampled_from(['is missing', 'is not missing']))}"
    if form == "plain" or depth <= 0:
        return draw(
            st.sampled_from(
                [
                    "listed",
                    'industry == "3311"',
                    "industry in manufacturing",
                    'industry not in ("1311", "9999")',
                    'registered_on < "2021-03-01"',
                    'years_between(registered_on, "2023-02-28") >= 2',
                    'years_between("2020-02-29", registered_on) == 1',
                    'months_between(registered_on, "2023-02-28") >= 25',
                    'months_begun("2020-01-31", registered_on) == 1',
                    'days_between(registered_on, "2023-02-28") > 366',
                ]
            )
        )
    if form == "not":
        return f"not ({draw(condition(depth - 1))})"
    return f"({draw(condition(depth - 1))}) {draw(st.sampled_from(['and', 'or']))} ({draw(condition(depth - 1))})"


@st.composite
def frames(draw: st.DrawFn) -> list[dict[str, object]]:
    """Rows with many zeros, ties and missing values."""
    rows = []
    for _ in range(draw(st.integers(4, 12))):
        row: dict[str, object] = {
            name: draw(st.one_of(st.none(), decimals, decimals, decimals))
            for name, kind in NAMES.items()
            if isinstance(kind, NumberType) and name != "staff"
        }
        row["staff"] = draw(st.one_of(st.none(), st.integers(-3, 2000).map(str)))
        row["listed"] = draw(st.sampled_from([None, True, False]))
        row["industry"] = draw(st.sampled_from([None, "1311", "3311", "9999"]))
        row["registered_on"] = draw(st.one_of(st.none(), days))
        rows.append(row)
    return rows


def as_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """The rows as a ledger holds them: float64 decimals, int64 whole numbers."""
    data: dict[str, pl.Series] = {}
    for name, kind in NAMES.items():
        if isinstance(kind, CodesType):
            continue
        cells = [row[name] for row in rows]
        if name == "staff":
            data[name] = pl.Series(name, [None if cell is None else int(str(cell)) for cell in cells], pl.Int64)
        elif isinstance(kind, NumberType):
            data[name] = pl.Series(name, [None if cell is None else float(str(cell)) for cell in cells], pl.Float64)
        else:
            dtype = {BooleanType: pl.Boolean, TextType: pl.String, DateType: pl.Date}[type(kind)]
            data[name] = pl.Series(name, cells, dtype)
    return pl.DataFrame(data).with_row_index("row")


def exactly(row: dict[str, object]) -> dict[str, object]:
    """The row as the exact reading takes it."""
    numeric = {name for name, kind in NAMES.items() if isinstance(kind, NumberType)}
    return {
        name: Fraction(Decimal(str(cell))) if name in numeric and cell is not None else cell
        for name, cell in row.items()
    }


@pytest.fixture(scope="module")
def engines() -> Iterator[list[Engine]]:
    with ExitStack() as stack:
        yield [stack.enter_context(open_engine(name)) for name in ENGINES]


def read_columns(engine: Engine, frame: pl.DataFrame, formulas: list[Typed]) -> list[dict[str, list[object]]]:
    """Value, bound and doubt of each formula in row order."""
    wanted = {}
    for index, formula in enumerate(formulas):
        read = columns(formula)
        parts = {"value": read.value, "bound": read.bound, "doubt": read.doubt}
        wanted |= {f"{part}_{index}": column for part, column in parts.items() if column is not None}
    table = engine.collect(engine.load(frame).with_columns(**wanted)).sort("row")
    return [
        {
            part: table[f"{part}_{index}"].to_list() if f"{part}_{index}" in wanted else [None] * len(table)
            for part in ("value", "bound", "doubt")
        }
        for index in range(len(formulas))
    ]


def disagreement(value: object, bound: object, truth: object) -> str:
    """Say how a column's cell contradicts the exact reading; empty where it does not."""
    if (value is None) != (truth is None):
        return f"{value} is missing where {truth} is not, or the reverse"
    if value is None:
        return ""
    if isinstance(truth, Fraction):
        distance = abs(Fraction(value) - truth)  # type: ignore[arg-type]
        return "" if distance <= Fraction(bound) else f"{value} ± {bound} is not {float(truth)}"  # type: ignore[arg-type]
    return "" if value == truth else f"{value} is not {truth}"


def of_readable_size(text: str) -> Typed | None:
    """Check a random formula; None for one that the language refuses because it is too large."""
    try:
        return check(parse(text), NAMES)
    except ProblemsError as refusal:
        if {one.code for one in refusal.problems} == {"EXPR-002"}:
            return None
        raise


FORMULAS = st.lists(
    st.one_of(st.sampled_from(sorted(LEAVES)).flatmap(lambda unit: number(unit, 3)), condition(2)),
    min_size=6,
    max_size=6,
)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking six formulas on two engines would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(texts=FORMULAS, rows=frames())
def test_columns_on_every_engine_agree_with_exact_arithmetic_within_the_bound_or_say_they_doubt(
    engines: list[Engine], texts: list[str], rows: list[dict[str, object]]
) -> None:
    formulas = [formula for text in texts if (formula := of_readable_size(text))]
    truths = [[exact_value(formula, exactly(row)) for row in rows] for formula in formulas]  # type: ignore[arg-type]
    frame = as_frame(rows)
    for engine in engines:
        for formula, truth, read in zip(formulas, truths, read_columns(engine, frame, formulas), strict=True):
            for row, cell in enumerate(truth):
                assert read["value"][row] == read["value"][row], f"NaN from {formula.text}"
                assert read["doubt"][row] in (True, False) or set(read["doubt"]) == {None}
                if not read["doubt"][row]:
                    fault = disagreement(read["value"][row], read["bound"][row], cell)
                    assert not fault, f"{engine.name}: {formula.text} in row {rows[row]}: {fault}"


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(rows=frames())
def test_the_formulas_that_rules_use_most_are_never_in_doubt(rows: list[dict[str, object]]) -> None:
    texts = [
        "tax / land",
        "tax * 100 / land / factor",
        "tax / land if listed else missing",
        "land >= 5 and tax > 0.285",
        "min(tax / land, unit(99, '万元/亩'))",
        "revenue is missing or industry in manufacturing",
        "tax - cash",
    ]
    with open_engine("polars") as engine:
        for read in read_columns(engine, as_frame(rows), [check(parse(text), NAMES) for text in texts]):
            assert not any(read["doubt"])


def test_a_root_on_the_line_is_on_the_line_and_a_negative_number_has_none(engines: list[Engine]) -> None:
    """Growth of exactly 20 % a year over three years is 20 %: the float may fall short, and then the doubt says so."""
    typed = check(parse("root(tax / revenue, 3) - 1 >= 0.2"), NAMES)
    cells = ["17.28", "17.2799", "17.2801", "-1", "0", None]
    wanted = [True, False, True, None, False, None]
    rows = [
        {name: None for name in NAMES if name != "manufacturing"} | {"tax": cell, "revenue": "10"} for cell in cells
    ]
    assert [exact_value(typed, exactly(row)) for row in rows] == wanted  # type: ignore[arg-type]
    for engine in engines:
        (read,) = read_columns(engine, as_frame(rows), [typed])  # type: ignore[arg-type]
        for want, value, doubt in zip(wanted, read["value"], read["doubt"], strict=True):
            assert doubt or value == want


def test_a_power_on_the_line_is_on_the_line(engines: list[Engine]) -> None:
    """The cube of 1.2 is 1.728 and its cube root 1.2; nothing negative has a power, and 0 none that is not positive."""
    lines = check(parse("raised_to(factor, 3) >= 1.728 and raised_to(raised_to(factor, 3), 1 / 3) <= 1.2"), NAMES)
    growing = check(parse("raised_to(factor, rate) >= 1"), NAMES)
    cells = [
        ("1.2", "0"),
        ("1.1999999999", "0.5"),
        ("1.2000000001", "-0.5"),
        ("-1", "1"),
        ("0", "0"),
        ("0", "1"),
        (None, "1"),
    ]
    wanted = [(True, True), (False, True), (False, False), (None, None), (False, None), (False, False), (None, None)]
    rows = [
        {name: None for name in NAMES if name != "manufacturing"} | {"factor": factor, "rate": rate}
        for factor, rate in cells
    ]
    found = [tuple(exact_value(one, exactly(row)) for one in (lines, growing)) for row in rows]
    assert found == wanted
    for engine in engines:
        for place, read in enumerate(read_columns(engine, as_frame(rows), [lines, growing])):  # type: ignore[arg-type]
            for both, value, doubt in zip(wanted, read["value"], read["doubt"], strict=True):
                assert doubt or value == both[place]


def test_segments_are_said_as_rules_say_them_and_a_negative_number_has_none() -> None:
    typed = check(parse("progressive(tax, 0.08, 500, 0.1, unit(1000, '万元'), 0.12)"), NAMES)
    cells = {"-5": 0, "500": 40, "500.01": "40.001", "1000": 90, "2000": 210, "0": 0}
    found = {cell: exact_value(typed, {"tax": Fraction(cell)}) for cell in cells}
    assert found == {cell: Fraction(str(value)) for cell, value in cells.items()}
    assert words(typed, {"tax": "投资"}) == (
        "分段累进(投资：500 万元以内的部分按 0.08、500 万元至 1000 万元的部分按 0.1、超过 1000 万元的部分按 0.12)"
    )


@pytest.mark.parametrize(("formula", "code"), [("progressive(tax, 0.1, 500, 0.2, 900)", "EXPR-027"), ("progressive(tax, 0.1, 900, 0.2, 500, 0.3)", "EXPR-028"), ("progressive(tax, 0.1, 0, 0.2)", "EXPR-028"), ("root(factor, 1)", "EXPR-024"), ("root(factor, staff)", "EXPR-024"), ("root(factor, 2.5)", "EXPR-024"), ("root(tax, 2)", "EXPR-025"), ("raised_to(tax, 2)", "EXPR-026"), ("raised_to(factor, land)", "EXPR-026"), ("ln(tax)", "EXPR-026")])  # fmt: skip
def test_a_root_power_or_segment_that_means_nothing_is_refused(formula: str, code: str) -> None:
    with pytest.raises(ProblemsError) as told:
        check(parse(formula), NAMES)
    assert [one.code for one in told.value.problems] == [code]
