"""Working days as the State Council's notices set them, and clocks that stand still."""

from __future__ import annotations

from datetime import date

import pytest

from jiqun.cases.clocks import Clock, Pause
from jiqun.expressions import WorkingDays
from jiqun.packs import builtin_root, load
from jiqun.packs.models import Calendar
from jiqun.packs.working_days import working_days
from jiqun.problems import ProblemsError


@pytest.fixture(scope="module")
def china() -> WorkingDays:
    return working_days(load(builtin_root(), pack_ids=["national"]))


def test_working_days_are_those_of_the_state_councils_notices(china: WorkingDays) -> None:
    assert [china.is_working(date(2025, 1, day)) for day in (25, 26, 27, 28)] == [False, True, True, False]
    assert china.after(date(2026, 9, 24), 1) == date(2026, 9, 28)
    assert china.between(date(2026, 9, 30), date(2026, 10, 12)) == 4
    assert china.between(date(2026, 10, 12), date(2026, 9, 30)) == -4
    # working days of whole years, as counted from chinesecalendar
    counted = [sum(china.is_working(date.fromordinal(day)) for day in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)) for year in (2023, 2024, 2025, 2026)]  # fmt: skip
    assert counted == [249, 251, 248, 248]


def test_a_year_without_a_notice_is_a_problem_and_never_a_guess(china: WorkingDays) -> None:
    assert china.unknown_years(date(2026, 12, 1), date(2031, 1, 5))[-1] == 2031
    with pytest.raises(ProblemsError) as told:
        china.after(date(2030, 12, 30), 5)
    assert (told.value.problems[0].code, "2030" in str(told.value.problems[0])) == ("CASE-001", True)


def test_a_clock_stands_while_it_is_paused(china: WorkingDays) -> None:
    clock = Clock(date(2026, 5, 18), 2)
    assert [clock.left(date(2026, 5, day), china) for day in (18, 19, 20, 21)] == [2, 1, 0, -1]
    standing = Clock(date(2026, 5, 18), 2, (Pause(date(2026, 5, 19), None, "补正"),))
    assert (standing.left(date(2026, 5, 25), china), standing.due(china)) == (1, None)
    again = Clock(date(2026, 5, 18), 2, (Pause(date(2026, 5, 19), date(2026, 5, 25), "补正"),))
    assert (again.left(date(2026, 5, 26), china), again.due(china)) == (0, date(2026, 5, 26))


@pytest.mark.parametrize(
    ("holidays", "worked", "told"),
    [
        ([{"title": "x", "title_en": "x", "from": "2026-12-30", "to": "2027-01-02"}], [], "2026 年内"),
        ([], ["2026-03-04"], "周六或周日"),
        ([{"title": "x", "title_en": "x", "from": "2026-03-07", "to": "2026-03-07"}], ["2026-03-07"], "既放假又上班"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(holidays: list[dict[str, str]], worked: list[str], told: str) -> None:
    with pytest.raises(ValueError) as wrong:
        Calendar.model_validate(
            {"kind": "calendar", "id": "x", "title": "x", "title_en": "x", "year": 2026,
             "holidays": tuple(holidays), "worked": tuple(worked)}
        )  # fmt: skip
    assert told in wrong.value.errors()[0]["ctx"]["error"].zh
