"""Working days in formulas: as NumPy counts them, as the ministry's yearly number says, and never guessed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from jiqun.engines import open_engine
from jiqun.expressions import DateType, WorkingDays, check, columns, exact_value, parse, words
from jiqun.packs import builtin_root, load
from jiqun.packs.working_days import working_days
from jiqun.problems import ProblemsError

NAMES = {"began": DateType(), "done": DateType()}
FORMULA = "working_days_between(began, done)"


@pytest.fixture(scope="module")
def china() -> WorkingDays:
    return working_days(load(builtin_root(), pack_ids=["national"]))


def numpy_counts(first: date, last: date, calendar: WorkingDays) -> int:
    """NumPy counts [begin, end) of Monday to Friday less holidays; make-up days are added."""
    low, high = sorted((first, last))
    free = [day for day in calendar.free if day.weekday() < 5]
    count = int(np.busday_count(low + timedelta(1), high + timedelta(1), holidays=free))
    count += sum(low < day <= high for day in calendar.worked)
    return count if first <= last else -count


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_working_days_are_those_that_numpy_counts(china: WorkingDays, engine: str) -> None:
    """300 random pairs within the years of the national calendars, both ways round."""
    choose = random.Random(20260101)
    days = [date(2022, 12, 31) + timedelta(choose.randrange(4 * 365 + 2)) for _ in range(600)]
    pairs = list(zip(days[::2], days[1::2], strict=True))
    typed = check(parse(FORMULA), NAMES, calendar=china)
    expected = [numpy_counts(first, last, china) for first, last in pairs]
    assert [exact_value(typed, {"began": first, "done": last}) for first, last in pairs] == expected
    frame = pl.DataFrame({"row": range(300), "began": days[::2], "done": days[1::2]})
    with open_engine(engine) as opened:
        read = opened.collect(opened.load(frame).with_columns(found=columns(typed).value)).sort("row")
    assert read["found"].to_list() == expected


def test_a_year_has_the_working_days_that_the_ministry_names(china: WorkingDays) -> None:
    """人社部发〔2025〕2号: 365天－104天（休息日）－13天（法定节假日）＝248天."""
    typed = check(parse(FORMULA), NAMES, calendar=china)
    assert exact_value(typed, {"began": date(2024, 12, 31), "done": date(2025, 12, 31)}) == 248


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_days_of_a_year_without_a_published_calendar_are_unknown(engine: str) -> None:
    """Two years with a gap between them: within each it counts; across the gap, or without a day, nobody knows."""
    known = WorkingDays(frozenset({2023, 2025}), frozenset({date(2025, 1, 1)}), frozenset({date(2025, 1, 4)}))
    cases = [
        (date(2022, 12, 31), date(2023, 1, 3), 2),
        (date(2023, 12, 29), date(2024, 1, 2), None),
        (date(2024, 12, 31), date(2025, 1, 4), 3),  # 2 and 3 January, and Saturday the 4th, which is worked
        (date(2025, 1, 4), date(2024, 12, 31), -3),
        (date(2023, 6, 1), date(2025, 6, 1), None),
        (date(2024, 5, 6), date(2024, 5, 6), 0),
        (date(2025, 6, 1), None, None),
        (None, date(2025, 6, 1), None),
    ]
    typed = check(parse(FORMULA), NAMES, calendar=known)
    assert [exact_value(typed, {"began": one, "done": two}) for one, two, _ in cases] == [last for *_, last in cases]
    schema = {"row": pl.Int64, "began": pl.Date, "done": pl.Date}
    frame = pl.DataFrame([(at, one, two) for at, (one, two, _) in enumerate(cases)], schema=schema, orient="row")
    with open_engine(engine) as opened:
        read = opened.collect(opened.load(frame).with_columns(found=columns(typed).value)).sort("row")
    assert read["found"].to_list() == [last for *_, last in cases]


def test_without_a_calendar_working_days_cannot_be_asked_for() -> None:
    for nothing in (None, WorkingDays(frozenset(), frozenset(), frozenset())):
        with pytest.raises(ProblemsError) as told:
            check(parse(FORMULA), NAMES, calendar=nothing)
        assert [one.code for one in told.value.problems] == ["EXPR-029"]


def test_working_days_are_said_as_such(china: WorkingDays) -> None:
    typed = check(parse(f"{FORMULA} <= 5"), NAMES, calendar=china)
    labels = {"began": "通知日期", "done": "提交日期"}
    assert words(typed, labels, "zh") == "工作日数(自通知日期至提交日期) ≤ 5 天"
