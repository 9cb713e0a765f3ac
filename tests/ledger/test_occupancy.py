"""Land of a firm: equal to a count of days one by one; shares add up every day; what does not add up is unknown."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.ledger import land_use

YEAR = 2024
DAYS = [date(YEAR, 1, 1) + timedelta(days=one) for one in range(366)]


def parcels(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema_overrides={"supplied_on": pl.Date, "holder": pl.String, "area": pl.Float64})


def records(*rows: dict[str, object]) -> pl.DataFrame:
    names = ("parcel", "enterprise", "from", "to", "kind", "landlord", "share", "area", "evidence")
    kinds = {"from": pl.Date, "to": pl.Date, "share": pl.Float64, "area": pl.Float64}
    return pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows],
        schema={name: kinds.get(name, pl.String()) for name in names},
    )


def used(found: pl.DataFrame) -> dict[str, object]:
    return dict(found.select("enterprise", "used").iter_rows())


def codes(found: object) -> list[str]:
    return [one.code for one in found.problems]  # type: ignore[attr-defined]


def test_a_parcel_without_records_is_its_holders_from_the_day_of_supply() -> None:
    found = land_use(
        parcels(
            {"parcel": "P1", "area": 36.6, "holder": "甲", "supplied_on": date(2024, 12, 31)},
            {"parcel": "P2", "area": 5.0, "holder": "乙", "supplied_on": date(2001, 1, 1)},
            {"parcel": "P3", "area": 5.0, "holder": "丙", "supplied_on": date(2025, 1, 1)},
        ),
        records(),
        YEAR,
    )
    assert used(found.totals) == {"甲": 0.1, "乙": 5.0} and found.problems == ()


def test_leased_land_moves_from_landlord_to_tenant_day_by_day_both_ends_included() -> None:
    lease = {
        "parcel": "P1",
        "enterprise": "乙",
        "kind": "lease",
        "landlord": "甲",
        "area": 36.6,
        "evidence": "contract",
    }
    found = land_use(
        parcels({"parcel": "P1", "area": 73.2, "holder": "甲"}),
        records({**lease, "from": date(2023, 5, 1), "to": date(2024, 1, 10)}),
        YEAR,
    )
    assert found.totals.select("enterprise", "owned", "leased_in", "leased_out", "used").rows() == [
        ("乙", 0.0, 1.0, 0.0, 1.0),
        ("甲", 73.2, 0.0, 1.0, 72.2),
    ]
    (line,) = found.of("乙").to_dicts()
    assert (line["first"], line["last"], line["days"], line["other"]) == (date(2024, 1, 1), date(2024, 1, 10), 10, "甲")
    assert (line["area"], line["year_area"], line["evidence"]) == (36.6, 1.0, "contract")


def test_a_sublease_chain_leaves_each_firm_what_it_uses_itself() -> None:
    def let(landlord: str, tenant: str, area: float, kind: str) -> dict[str, object]:
        return {"parcel": "P", "enterprise": tenant, "landlord": landlord, "area": area, "kind": kind}

    found = land_use(
        parcels({"parcel": "P", "area": 100.0, "holder": "A"}),
        records(let("A", "B", 60.0, "lease"), let("B", "C", 25.5, "sublet")),
        YEAR,
    )
    assert used(found.totals) == {"A": 40.0, "B": 34.5, "C": 25.5} and found.problems == ()
    assert (found.landlord_of("C"), found.landlord_of("B"), found.landlord_of("A")) == ("B", "A", None)


def test_titles_of_more_than_the_whole_parcel_are_an_error_with_their_days_and_the_land_is_unknown() -> None:
    own = {"parcel": "P", "kind": "own"}
    found = land_use(
        parcels({"parcel": "P", "area": 10.0}, {"parcel": "Q", "area": 7.0, "holder": "丙"}),
        records(
            {**own, "enterprise": "甲", "share": 0.6},
            {**own, "enterprise": "乙", "share": 0.4, "to": date(2024, 6, 30)},
            {**own, "enterprise": "乙", "share": 0.5, "from": date(2024, 7, 1), "to": date(2024, 7, 31)},
        ),
        YEAR,
    )
    over = [one for one in found.problems if one.code == "LEDGER-080"]
    assert [(one.values["dates"], one.values["total"]) for one in over] == [("2024-07-01 – 2024-07-31", "11")]
    assert used(found.totals) == {"甲": None, "乙": None, "丙": 7.0}
    bare = [one for one in found.problems if one.code == "LEDGER-082"]
    assert [(one.values["dates"], one.values["area"]) for one in bare] == [("2024-08-01 – 2024-12-31", "4")]
    assert bare[0].severity == "notice"


def test_what_titles_leave_over_is_the_holders() -> None:
    found = land_use(
        parcels({"parcel": "P", "area": 10.0, "holder": "甲"}),
        records({"parcel": "P", "kind": "own", "enterprise": "乙", "share": 0.333}),
        YEAR,
    )
    assert used(found.totals) == {"甲": 6.67, "乙": 3.33} and found.problems == ()


def test_letting_more_than_one_has_is_an_error_with_its_days() -> None:
    let = {"parcel": "P", "kind": "lease", "landlord": "甲"}
    found = land_use(
        parcels({"parcel": "P", "area": 10.0, "holder": "甲"}),
        records(
            {**let, "enterprise": "乙", "area": 6.0},
            {**let, "enterprise": "丙", "area": 5.0, "from": date(2024, 3, 1), "to": date(2024, 3, 1)},
        ),
        YEAR,
    )
    (over,) = found.problems
    assert (over.code, over.values["dates"], over.values["let"], over.values["held"]) == (
        "LEDGER-081",
        "2024-03-01",
        "11",
        "10",
    )
    assert used(found.totals)["甲"] is None and used(found.totals)["乙"] == 6.0


def test_overlapping_records_of_one_firm_are_pointed_at() -> None:
    own = {"parcel": "P", "kind": "lease", "enterprise": "乙", "landlord": "甲", "area": 2.0}
    found = land_use(
        parcels({"parcel": "P", "area": 10.0, "holder": "甲"}),
        records({**own, "to": date(2024, 6, 30)}, {**own, "from": date(2024, 6, 1)}),
        YEAR,
    )
    assert [(one.code, one.values["dates"]) for one in found.problems] == [("LEDGER-083", "2024-06-01 – 2024-06-30")]


def test_a_lease_on_an_unregistered_parcel_still_moves_land() -> None:
    found = land_use(
        parcels({"parcel": "P", "area": 100.0, "holder": "甲"}),
        records({"parcel": "不详", "kind": "lease", "enterprise": "乙", "landlord": "甲", "area": 20.0}),
        YEAR,
    )
    assert used(found.totals) == {"甲": 80.0, "乙": 20.0} and found.problems == ()


def test_a_landlord_without_registered_land_is_unknown_and_never_negative() -> None:
    lease = {"parcel": "不详", "kind": "lease", "enterprise": "乙", "landlord": "甲", "area": 20.0}
    found = land_use(parcels(), records(lease), YEAR)
    assert used(found.totals) == {"甲": None, "乙": 20.0} and codes(found) == ["LEDGER-087"]


def test_a_lease_without_landlord_is_the_only_owners_or_nobodys() -> None:
    lease = {"parcel": "P", "kind": "lease", "enterprise": "乙", "area": 4.0}
    sole = land_use(parcels({"parcel": "P", "area": 10.0, "holder": "甲"}), records(lease), YEAR)
    assert used(sole.totals) == {"甲": 6.0, "乙": 4.0} and sole.landlord_of("乙") == "甲"
    owners = [{"parcel": "P", "kind": "own", "enterprise": one, "share": 0.5} for one in ("甲", "丙")]
    two = land_use(parcels({"parcel": "P", "area": 10.0}), records(*owners, lease), YEAR)
    assert used(two.totals) == {"甲": None, "丙": None, "乙": 4.0} and codes(two) == ["LEDGER-085"]


@pytest.mark.parametrize(
    ("parcel", "record", "unknown"),
    [
        ({"parcel": "P", "area": 10.0, "holder": "甲"}, {"kind": "lease", "landlord": "甲"}, {"甲", "乙"}),
        (
            {"parcel": "P", "area": None, "holder": "甲"},
            {"kind": "lease", "landlord": "甲", "share": 0.5},
            {"甲", "乙"},
        ),
        ({"parcel": "P", "area": None, "holder": None}, {"kind": "own"}, {"乙"}),
    ],
)
def test_a_record_without_area_makes_land_unknown_not_zero(
    parcel: dict[str, object], record: dict[str, object], unknown: set[str]
) -> None:
    found = land_use(parcels(parcel), records({"parcel": "P", "enterprise": "乙", **record}), YEAR)
    assert {firm for firm, area in used(found.totals).items() if area is None} == unknown
    assert set(codes(found)) == {"LEDGER-084"}


def test_share_and_area_that_disagree_are_pointed_at_and_the_area_counts() -> None:
    found = land_use(
        parcels({"parcel": "P", "area": 10.0, "holder": "甲"}),
        records({"parcel": "P", "kind": "lease", "enterprise": "乙", "landlord": "甲", "share": 0.5, "area": 4.5}),
        YEAR,
    )
    assert used(found.totals)["乙"] == 4.5
    assert [(one.code, one.values["difference"]) for one in found.problems] == [("LEDGER-086", "0.5")]


def test_a_record_that_ends_before_it_begins_covers_no_day() -> None:
    wrong = {"from": date(2024, 5, 2), "to": date(2024, 5, 1), "area": 1.0}
    found = land_use(
        parcels({"parcel": "P", "area": 10.0, "holder": "甲"}),
        records({"parcel": "P", "kind": "lease", "enterprise": "乙", "landlord": "甲", **wrong}),
        YEAR,
    )
    assert used(found.totals) == {"甲": 10.0} and codes(found) == ["LEDGER-088"]


def test_two_landlords_with_the_same_land_are_no_landlord_to_inherit_from() -> None:
    found = land_use(
        parcels(*({"parcel": one, "area": 10.0, "holder": one} for one in "AB")),
        records(*({"parcel": one, "kind": "lease", "enterprise": "乙", "landlord": one, "area": 3.0} for one in "AB")),
        YEAR,
    )
    assert found.landlord_of("乙") is None


areas = st.integers(1, 9999).map(lambda cents: cents / 100)
days = st.integers(-40, 405).map(lambda day: date(YEAR, 1, 1) + timedelta(days=day))
firms = st.sampled_from("ABCD")
record = st.fixed_dictionaries(
    {
        "parcel": st.sampled_from(["P1", "P2"]),
        "enterprise": firms,
        "from": st.none() | days,
        "to": st.none() | days,
        "kind": st.sampled_from(["own", "lease", "sublet"]),
        "landlord": firms,
        "share": st.none() | st.integers(1, 600).map(lambda thousandths: thousandths / 1000),
        "area": st.none() | areas,
    }
)
parcel = st.fixed_dictionaries({"area": areas, "holder": st.none() | firms, "supplied_on": st.none() | days})


def by_days(
    parcel_rows: list[dict[str, object]], rows: list[dict[str, object]]
) -> tuple[dict[str, Fraction], set[str], Fraction]:
    """Count land day by day: what each firm uses (亩·days), whose records contradict each other, what nobody has."""
    use: dict[str, Fraction] = defaultdict(Fraction)
    contradicted: set[str] = set()
    nobody = Fraction(0)
    for land in parcel_rows:
        whole = Fraction(str(land["area"]))
        for day in DAYS:
            own: dict[str, Fraction] = defaultdict(Fraction)
            rented: dict[str, Fraction] = defaultdict(Fraction)
            let: dict[str, Fraction] = defaultdict(Fraction)
            for one in rows:
                begins, ends = one["from"] or day, one["to"] or day
                if one["parcel"] != land["parcel"] or not begins <= day <= ends:  # type: ignore[operator]
                    continue
                share = one["share"] if one["share"] is not None else (1 if one["kind"] == "own" else None)
                if one["area"] is None and share is None:
                    contradicted |= {one["enterprise"], one["landlord"], land["holder"]}  # type: ignore[arg-type]
                    continue
                size = Fraction(str(one["area"])) if one["area"] is not None else Fraction(str(share)) * whole
                if one["kind"] == "own":
                    own[str(one["enterprise"])] += size
                else:
                    rented[str(one["enterprise"])] += size
                    let[str(one["landlord"])] += size
            rest = whole - sum(own.values())
            if rest < 0:
                contradicted |= set(own)
            elif land["supplied_on"] is None or land["supplied_on"] <= day:  # type: ignore[operator]
                if land["holder"] is None:
                    nobody += rest
                else:
                    own[str(land["holder"])] += rest
            for firm in {*own, *rented, *let}:
                use[firm] += own[firm] + rented[firm] - let[firm]
                if let[firm] > own[firm] + rented[firm]:
                    contradicted.add(firm)
    return use, contradicted, nobody


@settings(max_examples=60, deadline=None)
@given(first=parcel, second=parcel, rows=st.lists(record, max_size=6))
def test_land_use_equals_a_count_of_days_one_by_one(
    first: dict[str, object], second: dict[str, object], rows: list[dict[str, object]]
) -> None:
    parcel_rows: list[dict[str, object]] = [{"parcel": "P1", **first}, {"parcel": "P2", **second}]
    for one in rows:
        if one["enterprise"] == one["landlord"]:
            one["landlord"] = "E"
    expected, contradicted, nobody = by_days(parcel_rows, rows)
    found = land_use(parcels(*parcel_rows), records(*rows), YEAR)
    totals = used(found.totals)
    assert {firm for firm, area in totals.items() if area is None} == contradicted - {None}
    for firm, area in totals.items():
        if area is not None:
            exactly = expected[firm] / 366
            assert Decimal(repr(area)) == pytest.approx(
                Decimal(exactly.numerator) / Decimal(exactly.denominator), rel=Decimal("1e-14"), abs=Decimal("1e-14")
            )
    assert not (set(expected) - set(totals) - {firm for firm, area in expected.items() if not area})
    told = any(one.code == "LEDGER-082" for one in found.problems)
    assert told == (nobody > 0)


@settings(max_examples=40, deadline=None)
@given(land=parcel, rows=st.lists(record, max_size=4))
def test_used_land_adds_up_to_the_parcel_where_nothing_contradicts(
    land: dict[str, object], rows: list[dict[str, object]]
) -> None:
    own = [{**one, "parcel": "P1"} for one in rows if one["enterprise"] != one["landlord"]]
    land = {"parcel": "P1", **land, "holder": land["holder"] or "H", "supplied_on": None}
    found = land_use(parcels(land), records(*own), YEAR)
    if found.totals["used"].null_count() == 0:
        assert float(found.totals["used"].sum()) == pytest.approx(land["area"], rel=1e-12)
