"""The firms: who they are and what becomes of them over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from jiqun.cli.demo.chance import Chance, spread_evenly
from jiqun.cli.demo.codes import credit_code, firm_name
from jiqun.cli.demo.region import Region


@dataclass(frozen=True)
class Home:
    """Where a firm is from a day on."""

    since: date
    district: str
    town: str
    park: str


@dataclass(frozen=True)
class Firm:
    """One invented firm and its life.

    `above` holds the years in which it is 规上; `ended` the day and the word for its end (停产, 注销, 吸收合并注销).
    `size` and `quality` are standard normal latent values: large firms are large in everything, good ones good.
    """

    number: int
    enterprise: str
    names: tuple[tuple[date, str], ...]
    industry: str
    homes: tuple[Home, ...]
    registered_on: date
    started_on: date
    tenant: bool
    above: frozenset[int]
    size: float
    quality: float
    thrift: float
    ended: tuple[date, str] | None = None
    merged_into: str | None = None
    manufacturing: bool = field(default=True)

    def name_on(self, day: date) -> str:
        """Return the name the firm bore on a day."""
        return [name for since, name in self.names if since <= day or since == self.names[0][0]][-1]

    def home_on(self, day: date) -> Home:
        """Return where the firm was on a day."""
        return [home for home in self.homes if home.since <= day or home is self.homes[0]][-1]

    def works(self, year: int) -> bool:
        """Tell whether the firm produced in a year and was still there to report it."""
        return self.started_on.year <= year and (self.ended is None or self.ended[0].year > year)

    @property
    def status(self) -> str:
        return self.ended[1] if self.ended else "正常"

    @property
    def former_names(self) -> str | None:
        return ";".join(name for _, name in self.names[:-1]) or None


def make_firms(region: Region, seed: int, count: int, years: Sequence[int]) -> list[Firm]:
    """Make the firms of a region and lead them through the years."""
    chance = Chance(seed, "firms")
    sizes = spread_evenly(chance, count)
    utilities = set(chance.shuffled(range(count))[: max(1, count * region.rate("utility") // 1000)])
    firms = [_firm(region, chance, place + 1, sizes[place], place in utilities, years) for place in range(count)]
    firms = [_life(region, Chance(seed, "life", firm.number), firm, years) for firm in firms]
    return _merged(region, Chance(seed, "mergers"), firms, years)


def _firm(region: Region, chance: Chance, number: int, size: float, utility: bool, years: Sequence[int]) -> Firm:
    large = chance.happens(region.rate("above")) or utility
    industry = chance.pick(region.utilities) if utility else region.industries.draw(chance)
    district = region.places.draw(chance)
    registered = chance.day(chance.whole(1996, years[0] - 3))
    started = date(registered.year + 1, chance.whole(1, 12), chance.whole(1, 28))
    tenant = not utility and chance.happens(region.rate("tenant_above" if large else "tenant_below"))
    return Firm(
        number=number,
        enterprise=credit_code(number, district),
        names=((registered, firm_name(region, number, industry, chance)),),
        industry=industry,
        homes=(new_home(region, chance, district, registered),),
        registered_on=registered,
        started_on=started,
        tenant=tenant,
        above=frozenset(years if large else ()),
        size=size,
        quality=chance.normal(),
        thrift=chance.normal(),
        manufacturing=not utility,
    )


def new_home(region: Region, chance: Chance, district: str, since: date) -> Home:
    """Draw a town and an invented park of a district."""
    name = region.districts[district]["name"]
    park = f"{name}示范工业园{chance.pick('ABC')}区" if chance.happens(750) else ""
    return Home(since, district, chance.pick(region.towns[district]), park)


def _life(region: Region, chance: Chance, firm: Firm, years: Sequence[int]) -> Firm:
    """Let at most one thing happen to a firm in each year: start, end, rename, move, change of size class."""
    if not firm.manufacturing:
        return firm
    for year in years:
        if firm.registered_on.year < years[0] - 2 and chance.happens(region.rate("new")):
            return _starts(chance, firm, year)
        if chance.happens(region.rate("closed")):
            return replace(firm, ended=(chance.day(year), chance.pick(("停产", "注销"))))
        firm = _changes(region, chance, firm, year, years)
    return firm


def _starts(chance: Chance, firm: Firm, year: int) -> Firm:
    registered = chance.day(year - chance.whole(1, 2))
    homes = (replace(firm.homes[0], since=registered),)
    names = ((registered, firm.names[-1][1]),)
    return replace(firm, registered_on=registered, started_on=chance.day(year), homes=homes, names=names, ended=None)


def _changes(region: Region, chance: Chance, firm: Firm, year: int, years: Sequence[int]) -> Firm:
    if chance.happens(region.rate("renamed")) and len(firm.names) == 1:
        fresh = firm_name(region, firm.number, firm.industry, chance)
        if fresh != firm.names[-1][1]:
            firm = replace(firm, names=(*firm.names, (chance.day(year), fresh)))
    if firm.tenant and len(firm.homes) == 1 and chance.happens(region.rate("moved")):
        home = new_home(region, chance, region.places.draw(chance), chance.day(year))
        firm = replace(firm, homes=(*firm.homes, home))
    if year > years[0]:
        later = frozenset(one for one in years if one >= year)
        if year in firm.above and chance.happens(region.rate("demoted")):
            firm = replace(firm, above=firm.above - later)
        elif year not in firm.above and chance.happens(region.rate("promoted")):
            firm = replace(firm, above=firm.above | later)
    return firm


def _merged(region: Region, chance: Chance, firms: list[Firm], years: Sequence[int]) -> list[Firm]:
    """Let a few owners be taken over by another owner of the same district after the first year."""
    owners: dict[str, list[int]] = {}
    for place, firm in enumerate(firms):
        if firm.manufacturing and not firm.tenant and firm.ended is None and firm.started_on.year < years[0]:
            owners.setdefault(firm.homes[-1].district, []).append(place)
    result, taken = list(firms), set[int]()
    wanted = max(1, len(firms) * region.rate("merged") * (len(years) - 1) // 1000) if len(years) > 1 else 0
    pools = [places for _, places in sorted(owners.items()) if len(places) > 2]
    while wanted and pools:
        absorber, absorbed = chance.shuffled(chance.pick(pools))[:2]
        wanted -= 1
        if absorber in taken or absorbed in taken:
            continue
        taken |= {absorber, absorbed}
        ended = (chance.day(chance.pick(years[1:])), "吸收合并注销")
        result[absorbed] = replace(firms[absorbed], ended=ended, merged_into=firms[absorber].enterprise)
    return result
