"""Land of a firm over a year: owned + leased in − leased out, weighted by days, from parcels and occupancy records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import polars as pl

from jiqun.ledger.tenure import Parcel, Settled, Tenure, settle_parcel
from jiqun.problems import Place, Problem, by_place, problem
from jiqun.values import decimal_text, exact

_PARCEL = {
    "parcel": pl.String(),
    "area": pl.Float64(),
    "holder": pl.String(),
    "supplied_on": pl.Date(),
    "certificate": pl.String(),
}
_OCCUPANCY = {
    "parcel": pl.String(),
    "enterprise": pl.String(),
    "from": pl.Date(),
    "to": pl.Date(),
    "kind": pl.String(),
    "landlord": pl.String(),
    "share": pl.Float64(),
    "area": pl.Float64(),
    "evidence": pl.String(),
    "evidence_no": pl.String(),
}
LAND_USE_SCHEMA: dict[str, pl.DataType] = {
    "enterprise": pl.String(),
    "year": pl.Int64(),
    "owned": pl.Float64(),
    "leased_in": pl.Float64(),
    "leased_out": pl.Float64(),
    "used": pl.Float64(),
    "evidence": pl.String(),
    "landlord": pl.String(),
}
_DETAIL_SCHEMA: dict[str, pl.DataType] = {
    "enterprise": pl.String(),
    "part": pl.String(),
    "parcel": pl.String(),
    "other": pl.String(),
    "first": pl.Date(),
    "last": pl.Date(),
    "days": pl.Int64(),
    "area": pl.Float64(),
    "share": pl.Float64(),
    "year_area": pl.Float64(),
    "evidence": pl.String(),
    "evidence_no": pl.String(),
}
_FIFTEEN_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class LandUse:
    """Land of every firm in one year.

    `totals`: enterprise, year, owned, leased_in, leased_out, used (亩, weighted by days), evidence, landlord. The areas
    are null where the records contradict each other: unknown, neither zero nor a guess. `landlord` is the firm that
    lets it most land, null where two let the same. `detail`: one line per part (owned, leased_in, leased_out) with
    dates, days, area, share and evidence; `other` is the other side of the lease.
    """

    year: int
    totals: pl.DataFrame
    detail: pl.DataFrame
    problems: tuple[Problem, ...]

    def landlord_of(self, enterprise: str) -> str | None:
        """Return the firm that lets most land to this one in the year; None without one or with a tie."""
        found = self.totals.filter(pl.col("enterprise") == enterprise)["landlord"].to_list()
        return found[0] if found else None

    def of(self, enterprise: str) -> pl.DataFrame:
        """Return the detail lines of one firm, for its explanation."""
        return self.detail.filter(pl.col("enterprise") == enterprise)


def land_use(parcel: pl.DataFrame, occupancy: pl.DataFrame, year: int) -> LandUse:
    """Return the land of every firm in a year, from the tables parcel and occupancy.

    used = owned + leased_in − leased_out, each Σ area × days ÷ days of the year, in exact fractions, then to 15 digits.
    `from` and `to` are both days of the record; a blank `to` has no end. A parcel's holder has what no title covers,
    from its day of supply. A lease on a parcel that is not registered counts for tenant and landlord all the same.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    parcels = {one.parcel: one for one in map(_parcel, _with(parcel, _PARCEL).iter_rows())}
    by_parcel: dict[str, list[Tenure]] = defaultdict(list)
    problems: list[Problem] = []
    for row in _with(occupancy, _OCCUPANCY).iter_rows():
        one = _tenure(row, first, last)
        if one.last < one.first:
            if row[3] is not None and row[2] is not None and row[3] < row[2]:
                at = Place(item=f"{one.parcel} {one.firm}")
                problems.append(problem("LEDGER-088", at, firm=one.firm, parcel=one.parcel))
        else:
            by_parcel[one.parcel].append(one)
    settled = [
        settle_parcel(parcels.get(name), by_parcel.get(name, ()), first, last)
        for name in sorted({*parcels, *by_parcel})
    ]
    return _summed(settled, year, (last - first).days + 1, problems)


def fifteen_digits(value: Fraction) -> float:
    """Return the float that stands for a fraction rounded to 15 significant digits, half away from zero.

    >>> fifteen_digits(Fraction(1, 3))
    0.333333333333333
    """
    return float(_FIFTEEN_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _summed(settled: Sequence[Settled], year: int, days: int, problems: list[Problem]) -> LandUse:
    parts: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    evidence: dict[str, set[str]] = defaultdict(set)
    lets: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    detail: list[tuple[object, ...]] = []
    unknown = {firm for one in settled for firm in one.unknown}
    for one in (tenure for each in settled for tenure in each.tenures):
        assert one.area is not None
        part = "leased_in" if one.is_lease else "owned"
        amount = one.area * one.days
        parts[one.firm][part] += amount
        evidence[one.firm].update(filter(None, (one.evidence,)))
        detail.append(_line(one, one.firm, part, one.landlord, days))
        if one.is_lease and one.landlord is not None:
            parts[one.landlord]["leased_out"] += amount
            lets[one.firm][one.landlord] += amount
            detail.append(_line(one, one.landlord, "leased_out", one.firm, days))
    rows = []
    for firm in sorted({*parts, *unknown}):
        owned, leased_in, leased_out = (parts[firm][part] / days for part in ("owned", "leased_in", "leased_out"))
        if owned + leased_in < leased_out and firm not in unknown:
            unknown.add(firm)
            let, held = decimal_text(leased_out, 4), decimal_text(owned + leased_in, 4)
            problems.append(problem("LEDGER-087", Place(item=firm), firm=firm, let=let, held=held))
        sums = (owned, leased_in, leased_out, owned + leased_in - leased_out)
        numbers = (None if firm in unknown else fifteen_digits(one) for one in sums)
        rows.append((firm, year, *numbers, ";".join(sorted(evidence[firm])) or None, _most(lets[firm])))
    return LandUse(
        year,
        pl.DataFrame(rows, schema=LAND_USE_SCHEMA, orient="row"),
        pl.DataFrame(detail, schema=_DETAIL_SCHEMA, orient="row").sort(
            "enterprise", "parcel", "first", "part", "other"
        ),
        by_place([*problems, *(told for one in settled for told in one.problems)]),
    )


def _line(one: Tenure, firm: str, part: str, other: str | None, days: int) -> tuple[object, ...]:
    assert one.area is not None
    area, weighted = fifteen_digits(one.area), fifteen_digits(one.area * one.days / days)
    share = None if one.share is None else fifteen_digits(one.share)
    return (
        *(firm, part, one.parcel, other, one.first, one.last, one.days),
        *(area, share, weighted, one.evidence, one.evidence_no),
    )


def _most(areas: Mapping[str, Fraction]) -> str | None:
    most = max(areas.values(), default=None)
    landlords = [firm for firm, area in areas.items() if area == most]
    return landlords[0] if len(landlords) == 1 else None


def _parcel(row: tuple[object, ...]) -> Parcel:
    name, area, holder, supplied_on, certificate = row
    return Parcel(
        str(name),
        _number(area),
        _text(holder),
        supplied_on if isinstance(supplied_on, date) else None,
        _text(certificate),
    )


def _tenure(row: tuple[object, ...], first: date, last: date) -> Tenure:
    """Make a tenure of an occupancy row, cut to the year; one with no day in it ends before it begins."""
    parcel, firm, start, end, kind, landlord, share, area, evidence, number = row
    return Tenure(
        parcel=_text(parcel) or "",
        firm=str(firm),
        kind=str(kind),
        first=max(start, first) if isinstance(start, date) else first,
        last=min(end, last) if isinstance(end, date) else last,
        landlord=_text(landlord),
        share=_number(share),
        area=_number(area),
        evidence=_text(evidence),
        evidence_no=_text(number),
    )


def _number(value: object) -> Fraction | None:
    return exact(value) if isinstance(value, (int, float, Fraction)) else None


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _with(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    known = [name for name in columns if name in frame.columns]
    if not known:
        return pl.DataFrame(schema=dict(columns))
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in known]
    return frame.with_columns(*(pl.col(name).cast(columns[name]) for name in known), *missing).select(list(columns))
