"""Who held one parcel on which days: titles, leases and subleases of a year, checked that they add up every day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from jiqun.problems import Place, Problem, problem
from jiqun.values import decimal_text

_DAY = timedelta(days=1)
_SHARE_TOLERANCE = Fraction(1, 100)


@dataclass(frozen=True)
class Parcel:
    """A parcel of land: its area in 亩 (None where unknown) and who holds it from `supplied_on`."""

    parcel: str
    area: Fraction | None
    holder: str | None = None
    supplied_on: date | None = None
    certificate: str | None = None


@dataclass(frozen=True)
class Tenure:
    """A record of occupancy inside a year; `first` and `last` are both days of it. `kind` is own, lease or sublet."""

    parcel: str
    firm: str
    kind: str
    first: date
    last: date
    landlord: str | None = None
    share: Fraction | None = None
    area: Fraction | None = None
    evidence: str | None = None
    evidence_no: str | None = None

    @property
    def is_lease(self) -> bool:
        return self.kind != "own"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Settled:
    """What one parcel gives: tenures with areas and landlords, what is wrong, and whose land is therefore unknown."""

    tenures: tuple[Tenure, ...]
    problems: tuple[Problem, ...]
    unknown: frozenset[str]


@dataclass(frozen=True)
class _Span:
    """A run of days on which nothing about the parcel changes."""

    first: date
    last: date
    tenures: tuple[Tenure, ...]

    def area(self, firm: str, lease: bool) -> Fraction:
        """Return what a firm owns here, or what it rents."""
        return _sum(one.area for one in self.tenures if one.firm == firm and one.is_lease == lease)

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(sorted({one.firm for one in self.tenures if not one.is_lease}))


def settle_parcel(parcel: Parcel | None, tenures: Sequence[Tenure], first: date, last: date) -> Settled:
    """Settle the tenures of one parcel between two days; `parcel` is None where the parcel itself is not registered.

    What the titles leave over is the holder's from the day of supply; without a holder it is reported as unassigned.
    """
    sized, problems, unknown = _sized(parcel, tenures)
    problems += list(_overlaps(sized))
    if parcel is None:
        return Settled(tuple(sized), tuple(problems), frozenset(unknown))
    titles = [one for one in sized if not one.is_lease]
    leases = [one for one in sized if one.is_lease]
    if parcel.area is None:
        if parcel.holder is not None and not titles:
            at, detail = Place(item=parcel.parcel), "宗地面积 area of the parcel: —"
            problems.append(problem("LEDGER-084", at, firm=parcel.holder, parcel=parcel.parcel, detail=detail))
            unknown.add(parcel.holder)
    else:
        held, told, over = _titles(parcel, parcel.area, titles, first, last)
        titles, unknown = held, unknown | over
        problems += told
    spans = list(_spans([*titles, *leases], first, last))
    leases, told, doubled = _with_landlords(leases, spans)
    spans = list(_spans([*titles, *leases], first, last))
    let, overlet = _overlet(parcel.parcel, spans)
    return Settled((*titles, *leases), (*problems, *told, *let), frozenset(unknown | doubled | overlet))


def _sized(parcel: Parcel | None, tenures: Iterable[Tenure]) -> tuple[list[Tenure], list[Problem], set[str]]:
    """Give every tenure its area: as said, else share × parcel; a title without either is the whole parcel."""
    sized: list[Tenure] = []
    problems: list[Problem] = []
    unknown: set[str] = set()
    whole = parcel.area if parcel is not None else None
    for one in tenures:
        share = Fraction(1) if one.share is None and not one.is_lease else one.share
        by_share = None if share is None or whole is None else share * whole
        area = by_share if one.area is None else one.area
        if area is None:
            detail = "面积、份额 area, share: —" if share is None else "宗地面积 area of the parcel: —"
            problems.append(problem("LEDGER-084", _place(one), firm=one.firm, parcel=one.parcel, detail=detail))
            unknown.update(filter(None, (one.firm, one.landlord, parcel.holder if parcel else None)))
            continue
        if one.share is not None and by_share is not None and abs(by_share - area) > _SHARE_TOLERANCE:
            apart = decimal_text(abs(by_share - area), 4)
            problems.append(problem("LEDGER-086", _place(one), firm=one.firm, parcel=one.parcel, difference=apart))
        sized.append(replace(one, area=area))
    return sized, problems, unknown


def _overlaps(tenures: Iterable[Tenure]) -> Iterator[Problem]:
    by_firm: dict[tuple[str, bool, str], Tenure] = {}
    for one in sorted(tenures, key=lambda each: (each.first, each.last)):
        same = (one.firm, one.is_lease, one.landlord or "")
        before = by_firm.get(same)
        if before is not None and one.first <= before.last:
            dates = _dates(one.first, min(one.last, before.last))
            yield problem("LEDGER-083", _place(one), firm=one.firm, parcel=one.parcel, dates=dates)
        if before is None or one.last > before.last:
            by_firm[same] = one


def _titles(
    parcel: Parcel, area: Fraction, titles: list[Tenure], first: date, last: date
) -> tuple[list[Tenure], list[Problem], set[str]]:
    """Add the holder's rest to the titles; report every run of days on which titles exceed or miss the parcel."""
    held: list[Tenure] = []
    over: list[tuple[_Span, Fraction]] = []
    bare: list[tuple[_Span, Fraction]] = []
    supplied = max(parcel.supplied_on or first, first)
    evidence = "certificate" if parcel.certificate else None
    for span in _spans(titles, first, last, cut=supplied):
        total = _sum(one.area for one in span.tenures)
        if total > area:
            over.append((span, total))
        elif total < area and span.first >= supplied:
            if parcel.holder is None:
                bare.append((span, area - total))
            else:
                rest = Tenure(parcel.parcel, parcel.holder, "own", span.first, span.last, area=area - total)
                held.append(replace(rest, evidence=evidence))
    at, shown = Place(item=parcel.parcel), decimal_text(area)
    problems = [
        problem("LEDGER-080", at, parcel=parcel.parcel, dates=_dates(start, end), total=decimal_text(total), area=shown)
        for start, end, total in _merged(over)
    ]
    problems += [
        problem("LEDGER-082", at, parcel=parcel.parcel, dates=_dates(start, end), area=decimal_text(rest))
        for start, end, rest in _merged(bare)
    ]
    return [*titles, *held], problems, {owner for span, _ in over for owner in span.owners}


def _with_landlords(leases: list[Tenure], spans: list[_Span]) -> tuple[list[Tenure], list[Problem], set[str]]:
    """Give a lease without landlord the parcel's only owner; where there is none or several, their land is unknown."""
    found, problems, unknown = [], [], set()
    for one in leases:
        if one.landlord is None:
            during = [span for span in spans if one.first <= span.first and span.last <= one.last]
            owners = {owner for span in during for owner in span.owners}
            if len(owners) == 1 and all(span.owners for span in during):
                one = replace(one, landlord=next(iter(owners)))
            else:
                problems.append(problem("LEDGER-085", _place(one), firm=one.firm, parcel=one.parcel))
                unknown |= owners
        found.append(one)
    return found, problems, unknown


def _overlet(parcel: str, spans: Iterable[_Span]) -> tuple[list[Problem], set[str]]:
    """Report every run of days on which a firm lets more of the parcel than it owns and rents there."""
    over: dict[tuple[str, Fraction, Fraction], list[tuple[_Span, Fraction]]] = {}
    for span in spans:
        for landlord in sorted({one.landlord for one in span.tenures if one.is_lease and one.landlord}):
            let = _sum(one.area for one in span.tenures if one.is_lease and one.landlord == landlord)
            held = span.area(landlord, lease=False) + span.area(landlord, lease=True)
            if let > held:
                over.setdefault((landlord, let, held), []).append((span, let))
    problems = [
        problem(
            "LEDGER-081",
            Place(item=parcel),
            parcel=parcel,
            firm=landlord,
            dates=_dates(first, last),
            let=decimal_text(let),
            held=decimal_text(held),
        )
        for (landlord, let, held), days in over.items()
        for first, last, _ in _merged(days)
    ]
    return problems, {landlord for landlord, _, _ in over}


def _spans(tenures: Sequence[Tenure], first: date, last: date, cut: date | None = None) -> Iterator[_Span]:
    """Cut the days between first and last wherever a tenure begins or ends, and at `cut`."""
    starts = {first, *(one.first for one in tenures), *(one.last + _DAY for one in tenures)}
    if cut is not None:
        starts.add(cut)
    days = sorted(day for day in starts if first <= day <= last)
    for start, end in zip(days, [*(day - _DAY for day in days[1:]), last], strict=True):
        yield _Span(start, end, tuple(one for one in tenures if one.first <= start and end <= one.last))


def _merged(spans: Iterable[tuple[_Span, Fraction]]) -> list[tuple[date, date, Fraction]]:
    """Join spans that touch and carry the same amount."""
    runs: list[tuple[date, date, Fraction]] = []
    for span, amount in spans:
        if runs and runs[-1][1] + _DAY == span.first and runs[-1][2] == amount:
            runs[-1] = (runs[-1][0], span.last, amount)
        else:
            runs.append((span.first, span.last, amount))
    return runs


def _sum(areas: Iterable[Fraction | None]) -> Fraction:
    return sum((area for area in areas if area is not None), Fraction(0))


def _dates(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


def _place(one: Tenure) -> Place:
    return Place(item=f"{one.parcel} {one.firm}")
