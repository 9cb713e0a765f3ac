"""Project rules of the packs: the gap of a real text, one funding per invoice, and months counted day by day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest

from jiqun.methods.linting.lint import lint_method


def gaps(book, method):
    return [one for one in lint_method(method, book) if one.code == "METHOD-068"]


def test_the_text_of_yinchuan_leaves_0_to_10_points_undefined_and_the_declared_default_closes_it(book):
    method = book.method("light.yinchuan-progress", "2025")
    grade = method.grades["all"]
    as_written = tuple(cut for cut in grade.cuts if cut.more_than != "0")
    assert len(as_written) == 3
    raw = method.model_copy(update={"grades": {"all": grade.model_copy(update={"cuts": as_written})}})
    assert [("(0, 10)" in one.text("en")) for one in gaps(book, raw)] == [True]
    assert gaps(book, method) == []
    assert any("空白" in doubt for doubt in method.doubts)


def later(day, months):
    """The day that is some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@pytest.mark.parametrize("period", ["2024-02", "2025-02", "2025-04", "2025-08"])
def test_leads_of_every_day_of_a_year_have_the_light_of_the_calendar(computed, period):
    year, month = (int(part) for part in period.split("-"))
    end = date(year, month, monthrange(year, month)[1])
    days = [end - timedelta(days=back) for back in range(260)]
    rows = [{"lead": str(day), "found_on": "2020-01-01", "last_moved_on": day} for day in days]
    found = computed("light.handan", period, {"lead": rows}).grades
    for day in days:
        if end > later(day, 6):
            expected = "移出"
        else:
            expected = "红" if end >= later(day, 3) else "黄" if end >= later(day, 2) else "绿"
        assert found[str(day)] == expected, day


@pytest.mark.parametrize("period", ["2024-02", "2025-03", "2025-06"])
def test_entry_in_statistics_is_late_the_day_after_one_and_two_months(computed, period):
    year, month = (int(part) for part in period.split("-"))
    end = date(year, month, monthrange(year, month)[1])
    days = [end - timedelta(days=back) for back in range(100)]
    rows = [{"project": str(day), "started_on": day} for day in days]
    found = computed("light.yinchuan-statistics", period, {"project": rows}).grades
    for day in days:
        expected = "红" if end > later(day, 2) else "黄" if end > later(day, 1) else "绿"
        assert found[str(day)] == expected, day


def claim(invoice, project, programme, amount, state="claimed", seller="s"):
    return {"seller": seller, "invoice": invoice, "project": project, "programme": programme, "amount": amount, "state": state}  # fmt: skip


def test_no_invoice_is_funded_twice_in_any_programme_or_project(computed):
    smart, green = "智能化改造", "绿色化改造"
    claims = [
        claim("1", "a", smart, "100"),
        claim("2", "a", smart, "200"),
        claim("2", "b", green, "200", "granted"),
        claim("3", "b", smart, "300"),
        claim("3", "c", smart, "300", "rejected"),
        claim("1", "c", smart, "50", seller="t"),
        claim("4", "d", smart, "700"),
        claim("4", "d", green, "700"),
    ]
    projects = [{"project": name, "fixed_asset_investment": "5000"} for name in "abcd"]
    found = computed("liangjiang-renewal", "2022", {"project": projects, "invoice_claim": claims})
    assert {name: found.figure(name, "smart") for name in "abcd"} == {
        "a": "20.00",
        "b": "60.00",
        "c": "10.00",
        "d": None,
    }
    assert found.rows["d"]["entitlement__smart__state"] == "no"


def test_a_funded_invoice_fails_the_renewal_project_that_brings_it_again(computed):
    head = {
        "kind": "renewal", "approved_assets": "40000", "fixed_asset_investment": "40000", "progress": "35",
        "new_equipment": "30000", "retired_value": "3000", "fully_depreciated": True, "owned": True, "reused": False,
        "second_hand": False,
    }  # fmt: skip
    claims = [claim("1", "a", "更新", "1"), claim("1", "x", "技改", "1", "granted"), claim("2", "b", "更新", "1")]
    rows = [{"project": name, **head} for name in ("a", "b", "c")]
    found = computed("equipment-renewal", "2026", {"renewal_project": rows, "invoice_claim": claims})
    assert found.grades == {"a": "不符合", "b": "符合", "c": "符合"}
    assert {name: found.figure(name, "grant") for name in "bc"} == {"b": "6000.00", "c": "6000.00"}
