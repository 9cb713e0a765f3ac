"""What each firm did in each year, before and after the region's totals are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp
from typing import Literal

from jiqun.cli.demo.calibrate import FLOOR, reach_totals
from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.firms import Firm
from jiqun.cli.demo.land import LandUse
from jiqun.cli.demo.region import Region

THRESHOLD = 2000.0  # 万元 of main revenue: 规上 industry

# 1 当量吨 = 1 t COD = 0.8 t NH3-N = 0.95 t SO2 = 0.95 t NOx (污染当量值, 环境保护税法 annex 2)
_EQUIVALENTS = {"cod": Fraction(1), "_nh3n": Fraction("0.8"), "_so2": Fraction("0.95"), "_nox": Fraction("0.95")}
_SHARES = {"cod": 0.35, "_nh3n": 0.05, "_so2": 0.2, "_nox": 0.4}
_UNKNOWN_BELOW = (
    *("value_added", "main_revenue", "profit", "assets", "liabilities"),
    *("energy", "water", "tech_investment"),
)


@dataclass(frozen=True)
class FirmYear:
    """One firm in one year as it truly was; `kept` holds the numbers as integers (see columns.csv), None = unknown."""

    firm: Firm
    year: int
    scale: Literal["above", "below"]
    kept: Mapping[str, int | None]
    land: Fraction

    @property
    def name(self) -> str:
        return self.firm.name_on(date(self.year, 12, 31))


def make_years(
    region: Region, seed: int, firms: Sequence[Firm], uses: Mapping[int, Mapping[str, LandUse]]
) -> list[FirmYear]:
    """Make the figures of every firm in every year and scale them to the region's totals."""
    traits = {firm.enterprise: _Traits(region, Chance(seed, "traits", firm.number), firm) for firm in firms}
    result: list[FirmYear] = []
    for year in sorted(uses):
        for trait in traits.values():
            trait.pass_a_year()
        working = [firm for firm in firms if firm.works(year)]
        drafts = {firm.enterprise: traits[firm.enterprise].draft(year) for firm in working}
        land = {one: use.used for one, use in uses[year].items()}
        counted = [firm.enterprise for firm in working if firm.manufacturing and year in firm.above]
        hidden = {one: traits[one].hidden(year) for one in drafts}
        reach_totals(region, year, drafts, counted, land, hidden)
        result += [
            FirmYear(
                firm,
                year,
                "above" if year in firm.above else "below",
                traits[firm.enterprise].known(drafts[firm.enterprise], year),
                land.get(firm.enterprise, Fraction(0)),
            )
            for firm in working
        ]
    return result


class _Traits:
    """The lasting character of one firm: log-normal around its industry, drifting a little every year."""

    _SPREADS = {"margin": 0.22, "tax": 0.5, "energy": 0.5, "emission": 0.6, "rd": 0.6, "staff": 0.35, "assets": 0.4}

    def __init__(self, region: Region, chance: Chance, firm: Firm) -> None:
        self._region, self._chance, self._firm = region, chance, firm
        self._own = {name: spread * chance.normal() for name, spread in self._SPREADS.items()}
        self._quality, self._growth = firm.quality, 0.0
        large = bool(firm.above)
        self._rd_active = chance.happens(region.rate("rd_active_above" if large else "rd_active_below"))
        self._exporter = chance.happens(region.rate("exporter"))
        self._hidden = {
            name: chance.happens(region.rate(f"missing_{name}")) for name in ("emission", "energy", "staff", "rd")
        }
        self._monitored = chance.happens(region.rate("monitored_below"))
        self._electric = chance.whole(35, 90) / 100

    def pass_a_year(self) -> None:
        """Let a year change the firm a little; what it was carries over."""
        self._quality += 0.12 * self._chance.normal()
        self._growth += 0.10 * self._chance.normal()
        self._own = {name: 0.97 * value + 0.06 * self._chance.normal() for name, value in self._own.items()}

    def draft(self, year: int) -> dict[str, float]:
        """Draw the firm's figures of a year in canonical units, each on its own scale until totals are reached."""
        chance, quality = self._chance, self._quality
        output = self._output(year)
        value_added = output * min(0.6, 0.227 * self._times("value_added", "margin", 0.15))
        revenue = output * (0.985 + 0.025 * max(-1.0, min(1.0, chance.normal() / 2)))
        tax = value_added * min(0.7, 0.11 * self._times("tax", "tax", 0.2))
        refunded = year in self._firm.above and chance.happens(self._region.rate("negative_tax"))
        assets = revenue * exp(-0.1 + self._own["assets"])
        energy = value_added * 0.5 * self._times("energy", "energy", -0.2)
        per_person = 42 if year in self._firm.above else 20
        return {
            "output": output,
            "revenue": revenue,
            "main_revenue": revenue * (0.985 if output < THRESHOLD else 0.998 - 0.012 * chance.uniform()),
            "value_added": value_added,
            "tax": -0.3 * tax if refunded else tax,
            "export_refund": tax * chance.uniform() * 0.6 if self._exporter else 0.0,
            "profit": revenue * (0.05 + 0.02 * quality + 0.03 * chance.normal()),
            "assets": assets,
            "liabilities": assets * (0.56 - 0.05 * quality + 0.08 * max(-2.0, min(2.0, chance.normal()))),
            "staff": value_added / per_person * self._times("staff", "staff", -0.25) * exp(-0.15 * self._firm.size),
            "energy": energy,
            "power": energy * self._electric / 3.0,
            "water": 30 + energy * 2.2 * chance.factor(0.4),
            "emission": value_added / 268 * self._times("emission", "emission", -0.2),
            "rd": revenue * 0.017 * self._times("rd", "rd", 0.25) if self._rd_active else 0.0,
            "tech_investment": revenue * 0.03 * chance.factor(0.8) if chance.happens(300) else 0.0,
        }

    def _output(self, year: int) -> float:
        firm = self._firm
        drive = self._growth + 0.25 * self._quality
        if year in firm.above:
            scale = 5200 * self._region.trait(firm.industry, "size")
            grown = 0.4 if firm.started_on.year >= year - 1 else 1.0
            return FLOOR + grown * scale * exp(1.6 * firm.size + drive)
        return 150 + 1800 * (1 - exp(-0.3 * exp(0.7 * firm.size + drive)))

    def _times(self, industry_trait: str, own: str, quality: float) -> float:
        level = self._region.trait(self._firm.industry, industry_trait)
        return level * exp(self._own[own] + quality * self._quality)

    def known(self, draft: Mapping[str, float], year: int) -> dict[str, int | None]:
        """Return the figures as integers of their grain; what no department knows of this firm is None."""
        draft = {**draft, "rd_staff": draft["staff"] * 0.08 if draft["rd"] else 0.0}
        kept: dict[str, int | None] = {
            name: round(value * 10 ** self._region.amounts[name].digits) for name, value in draft.items()
        }
        kept["staff"] = max(3, kept["staff"] or 0)
        kept.update(self._pollutants(draft["emission"]))
        return kept | dict.fromkeys(self.hidden(year))

    def hidden(self, year: int) -> frozenset[str]:
        """Return the figures of a year that no department knows of this firm."""
        above = year in self._firm.above
        names = {name for name, is_hidden in self._hidden.items() if is_hidden and above}
        if not above:
            names |= set(_UNKNOWN_BELOW)
            names |= set() if self._monitored else {"emission"}
            names |= set() if self._rd_active else {"rd"}
        names |= set(_EQUIVALENTS) if "emission" in names else set()
        names |= {"rd_staff"} if "rd" in names else set()
        return frozenset(names)

    def _pollutants(self, emission: float) -> dict[str, int]:
        tons = {name: round(1000 * emission * _SHARES[name] * float(weight)) for name, weight in _EQUIVALENTS.items()}
        return tons | {"emission": round(sum(tons[name] / weight for name, weight in _EQUIVALENTS.items()))}
