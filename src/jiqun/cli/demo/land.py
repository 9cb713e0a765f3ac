"""The land: parcels, who holds them, who rents them, and what a firm used in a year."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import exp

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.codes import certificate_number, credit_code, firm_name, parcel_code
from jiqun.cli.demo.firms import Firm, Home
from jiqun.cli.demo.region import Region

_PARK_SERVICE = "7221"
_GRAIN = 15  # 0.01 ㎡ = 0.000015 亩: areas are kept in 10⁻⁶ 亩 and measured in 0.01 ㎡


@dataclass(frozen=True)
class Parcel:
    """One parcel of industrial land; `area` in 10⁻⁶ 亩."""

    parcel: str
    certificate: str
    district: str
    area: int
    supplied_on: date
    address: str
    holder: str


@dataclass(frozen=True)
class Occupancy:
    """Who uses a parcel from a day to a day (both included), by own right (`share`) or by contract (`area`)."""

    parcel: str
    enterprise: str
    since: date
    until: date | None
    kind: str
    landlord: str | None = None
    share: int | None = None
    area: int | None = None
    evidence_no: str = ""


@dataclass(frozen=True)
class Land:
    """All parcels and occupancies, and the park companies that hold multi-tenant parcels."""

    parcels: tuple[Parcel, ...]
    occupancies: tuple[Occupancy, ...]
    operators: tuple[Firm, ...]

    def scaled(self, factor: float) -> Land:
        """Return the same land with every area multiplied and measured anew to 0.01 ㎡."""
        return Land(
            tuple(replace(one, area=_measured(one.area * factor)) for one in self.parcels),
            tuple(
                one if one.area is None else replace(one, area=_measured(one.area * factor)) for one in self.occupancies
            ),
            self.operators,
        )


@dataclass
class LandUse:
    """Land of one firm in one year, in 亩, weighted by days."""

    owned: Fraction = Fraction(0)
    leased_in: Fraction = Fraction(0)
    leased_out: Fraction = Fraction(0)

    @property
    def used(self) -> Fraction:
        return self.owned + self.leased_in - self.leased_out


def land_use(land: Land, year: int) -> dict[str, LandUse]:
    """Return the land of every firm in a year: Σ area × days held ÷ days of the year; first and last day count."""
    areas = {one.parcel: one.area for one in land.parcels}
    days_of_year = 366 if isleap(year) else 365
    result: dict[str, LandUse] = {}
    for one in land.occupancies:
        first, last = max(one.since, date(year, 1, 1)), min(one.until or date(year, 12, 31), date(year, 12, 31))
        days = (last - first).days + 1
        if days <= 0:
            continue
        size = one.area if one.area is not None else areas[one.parcel] * Fraction(one.share or 0, 100)
        held = Fraction(size) * days / (days_of_year * 10**6)
        user = result.setdefault(one.enterprise, LandUse())
        if one.kind == "own":
            user.owned += held
        else:
            user.leased_in += held
            result.setdefault(one.landlord or "", LandUse()).leased_out += held
    return result


def make_land(region: Region, seed: int, firms: Sequence[Firm]) -> Land:
    """Give every firm its land: owners their parcels, tenants a place at a park company, a firm or another tenant."""
    return _Surveyor(region, Chance(seed, "land"), firms).survey()


def _measured(area: float) -> int:
    return max(_GRAIN, round(area / _GRAIN) * _GRAIN)


def _wanted_area(region: Region, chance: Chance, firm: Firm) -> float:
    """Land before scaling, in 10⁻⁶ 亩: grows with size at less than proportion, shrinks with thrift."""
    size = 1.05 * firm.size if firm.above else 0.5 * firm.size - 2.0
    spread = 0.5 * firm.thrift + 0.25 * chance.normal() - 0.12 * firm.quality
    rented = 0.55 if firm.tenant else 1.0
    return 26e6 * region.trait(firm.industry, "land") * rented * exp(size + spread)


class _Surveyor:
    """Builds the land register while it goes through the firms once."""

    def __init__(self, region: Region, chance: Chance, firms: Sequence[Firm]) -> None:
        self._region, self._chance, self._firms = region, chance, firms
        self._wanted = {firm.enterprise: _measured(_wanted_area(region, chance, firm)) for firm in firms}
        self._parcels: dict[str, Parcel] = {}
        self._occupancies: list[Occupancy] = []
        self._operators: dict[str, Firm] = {}
        self._pools: dict[str, str] = {}
        self._owner_places: dict[str, list[tuple[Firm, str]]] = {}
        self._tenant_places: dict[str, list[tuple[Firm, int]]] = {}

    def survey(self) -> Land:
        owners = [firm for firm in self._firms if not firm.tenant]
        waiting: dict[str, Firm] = {}
        for firm in owners:
            district, alone = firm.homes[0].district, firm.merged_into is not None
            partner = None if alone else waiting.pop(district, None)
            if partner is not None:
                self._share(partner, firm)
            elif not alone and self._chance.happens(self._region.rate("shared_parcel")):
                waiting[district] = firm
            else:
                self._own(firm)
        for firm in waiting.values():
            self._own(firm)
        for firm in (one for one in self._firms if one.tenant):
            self._rent(firm)
        return Land(tuple(self._parcels.values()), tuple(self._renewed()), tuple(self._operators.values()))

    def _own(self, firm: Firm) -> None:
        area, codes = self._wanted[firm.enterprise], []
        if self._chance.happens(self._region.rate("two_parcels")):
            second = _measured(area * self._chance.whole(25, 45) / 100)
            codes.append(self._parcel(firm, second).parcel)
            area -= second
        codes.append(self._parcel(firm, area).parcel)
        for code in codes:
            self._hold(firm, code, 100)
        if firm.ended is None and firm.started_on.year < 2020 and firm.manufacturing:
            self._owner_places.setdefault(firm.homes[0].district, []).append((firm, codes[-1]))

    def _share(self, first: Firm, second: Firm) -> None:
        areas = self._wanted[first.enterprise], self._wanted[second.enterprise]
        share = min(max(round(100 * areas[0] / sum(areas)), 5), 95)
        code = self._parcel(min(first, second, key=lambda one: one.registered_on), sum(areas)).parcel
        self._hold(first, code, share)
        self._hold(second, code, 100 - share)

    def _parcel(self, firm: Firm, area: int) -> Parcel:
        number, home = len(self._parcels) + 1, firm.homes[0]
        year = min(max(firm.registered_on.year + self._chance.whole(0, 1), 1999), firm.started_on.year)
        supplied = max(self._chance.day(year), firm.registered_on)
        name = self._region.districts[home.district]["name"]
        address = f"{name}{home.town}{self._chance.pick(self._region.words('roads'))}{self._chance.whole(1, 399)}号"
        heir = firm.merged_into or firm.enterprise
        made = Parcel(
            parcel_code(number, home.district),
            certificate_number(number, name, max(supplied.year, 2016)),
            home.district,
            area,
            min(supplied, firm.started_on),
            address,
            heir,
        )
        self._parcels[made.parcel] = made
        return made

    def _hold(self, firm: Firm, code: str, share: int) -> None:
        parcel = self._parcels[code]
        taken_over = firm.ended[0] if firm.ended and firm.merged_into else None
        until = taken_over - timedelta(days=1) if taken_over else None
        since = max(parcel.supplied_on, firm.registered_on)
        own = Occupancy(code, firm.enterprise, since, until, "own", share=share, evidence_no=parcel.certificate)
        self._occupancies.append(own)
        if taken_over and firm.merged_into:
            self._occupancies.append(replace(own, enterprise=firm.merged_into, since=taken_over, until=None))

    def _rent(self, firm: Firm) -> None:
        for home, following in zip(firm.homes, (*firm.homes[1:], None), strict=True):
            until = following.since - timedelta(days=1) if following else None
            if firm.ended and firm.ended[1] == "注销":
                until = firm.ended[0] if until is None else min(until, firm.ended[0])
            if until is None or until > home.since:
                self._lease(firm, home, until)

    def _lease(self, firm: Firm, home: Home, until: date | None) -> None:
        area, since = self._wanted[firm.enterprise], max(home.since, date(2015, 1, 1))
        tenants = [
            one for one in self._tenant_places.get(home.district, []) if self._occupancies[one[1]].since <= since
        ]
        owners = self._owner_places.get(home.district, [])
        kind = "lease"
        if tenants and len(firm.homes) == 1 and self._chance.happens(self._region.rate("sublet")):
            landlord, place = self._chance.pick(tenants)
            code, kind = self._occupancies[place].parcel, "sublet"
            self._enlarge(place, area)
        elif owners and self._chance.happens(self._region.rate("landlord_firm")):
            landlord, code = self._chance.pick(owners)
            since = max(since, self._parcels[code].supplied_on)
        else:
            landlord = self._operator(home.district)
            code = self._pools[home.district]
        self._grow(code, area)
        if kind == "lease" and until is None and len(firm.homes) == 1:
            self._tenant_places.setdefault(home.district, []).append((firm, len(self._occupancies)))
        self._occupancies.append(Occupancy(code, firm.enterprise, since, until, kind, landlord.enterprise, area=area))

    def _renewed(self) -> Iterator[Occupancy]:
        """Let some leases end within the years and be renewed the day after."""
        for number, one in enumerate(self._occupancies, start=1):
            if one.kind == "own":
                yield one
                continue
            one = replace(one, evidence_no=f"示范租字第{number:06d}号")
            open_and_old = one.until is None and one.since < date(2022, 6, 30)
            if open_and_old and self._chance.happens(self._region.rate("renewed")):
                last = date(2023, 6, 30)
                yield replace(one, until=last)
                yield replace(one, since=last + timedelta(days=1), evidence_no=one.evidence_no + "-续")
            else:
                yield one

    def _enlarge(self, place: int, area: int) -> None:
        main = self._occupancies[place]
        self._occupancies[place] = replace(main, area=(main.area or 0) + area)

    def _grow(self, code: str, area: int) -> None:
        parcel = self._parcels[code]
        self._parcels[code] = replace(parcel, area=parcel.area + area)

    def _operator(self, district: str) -> Firm:
        """Return the park company of a district, founded with its pool of land when it is first needed."""
        if district not in self._operators:
            number = 90_000 + len(self._operators) + 1
            since, home = date(2008, 3, 18), Home(date(2008, 3, 18), district, self._region.towns[district][0], "")
            firm = Firm(
                number=number,
                enterprise=credit_code(number, district),
                names=((since, firm_name(self._region, number, _PARK_SERVICE, self._chance)),),
                industry=_PARK_SERVICE,
                homes=(home,),
                registered_on=since,
                started_on=date(2009, 1, 1),
                tenant=False,
                above=frozenset(),
                size=0.0,
                quality=0.0,
                thrift=0.0,
                manufacturing=False,
            )
            parcel = self._parcel(firm, 2_000_010)
            self._hold(firm, parcel.parcel, 100)
            self._operators[district] = firm
            self._pools[district] = parcel.parcel
        return self._operators[district]


def used_area(uses: Mapping[str, LandUse], enterprises: Iterable[str]) -> Fraction:
    """Return the land used by some firms together, in 亩."""
    return sum((uses[one].used for one in enterprises if one in uses), Fraction(0))
