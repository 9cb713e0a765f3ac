"""The profile of the demo region: what packs/demo/region says about districts, industries, rates, files and mess."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path

from jiqun.cli.demo.chance import Weighted
from jiqun.packs import builtin_root
from jiqun.values import Unit

Row = Mapping[str, str]


@dataclass(frozen=True)
class Amount:
    """How a number is kept: an integer in units of 10^-digits of its canonical unit."""

    unit: Unit
    digits: int

    def canonical(self, kept: int) -> float:
        """Return the number in its canonical unit; the float whose shortest decimal is the exact value."""
        return kept / int(10**self.digits)

    def shown(self, kept: int, unit: Unit) -> int | float:
        """Return the number in the unit of a department's column, an integer where it is one."""
        factor = _grain(self.unit, self.digits, unit)
        value = kept * factor.numerator
        whole, rest = divmod(value, factor.denominator)
        return value / factor.denominator if rest else whole


@dataclass(frozen=True)
class Target:
    """A total of the region to reach: a published year, and how the figure moves with the years."""

    measure: str
    title: str
    title_en: str
    numerator: str
    denominator: str
    adjust: str
    unit: str
    year: int
    value: Fraction
    step: str
    basis: str
    source: str

    def at(self, year: int) -> Fraction:
        """Return the figure of a year: value × k^(years) or value + k·(years) from the anchor year."""
        size, years = Fraction(self.step[1:]), year - self.year
        return self.value * size**years if self.step[0] == "x" else self.value + size * years


@dataclass(frozen=True)
class Region:
    """Everything the generator knows; read with `Region.read`."""

    folder: Path
    settings: Mapping[str, str]
    districts: Mapping[str, Row]
    divisions: Mapping[str, Row]
    towns: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, Amount]
    targets: tuple[Target, ...]

    @classmethod
    def read(cls, folder: Path) -> Region:
        """Read the folder `packs/demo/region`."""
        towns: dict[str, tuple[str, ...]] = {}
        for row in rows(folder, "towns"):
            towns[row["district"]] = (*towns.get(row["district"], ()), row["town"])
        return cls(
            folder=folder,
            settings={row["name"]: row["value"] for row in rows(folder, "settings")},
            districts={row["adcode"]: row for row in rows(folder, "districts")},
            divisions={row["division"]: row for row in rows(folder, "divisions")},
            towns=towns,
            amounts={row["column"]: _amount(row) for row in rows(folder, "columns")},
            targets=tuple(_target(row) for row in rows(folder, "targets")),
        )

    def rate(self, name: str) -> int:
        """Return a rate of settings.csv in ‰."""
        return int(self.settings[name])

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of words of settings.csv."""
        return tuple(self.settings[name].split(";"))

    @cached_property
    def industries(self) -> Weighted:
        """Manufacturing classes (GB/T 4754, four digits), drawn by weight of division and class."""
        listed = [row for row in rows(self.folder, "industries") if row["weight"] != "0"]
        within: dict[str, int] = {}
        for row in listed:
            within[row["code"][:2]] = within.get(row["code"][:2], 0) + int(row["weight"])
        shares = [
            int(self.divisions[row["code"][:2]]["weight"]) * int(row["weight"]) * 10**6 // within[row["code"][:2]]
            for row in listed
        ]
        return Weighted([row["code"] for row in listed], shares)

    @cached_property
    def utilities(self) -> tuple[str, ...]:
        """Classes of electricity, heat, gas and water supply: in the register, outside manufacturing."""
        codes = (row["code"] for row in rows(self.folder, "industries"))
        return tuple(code for code in codes if code[:2] in ("44", "45", "46"))

    @cached_property
    def places(self) -> Weighted:
        """Districts, drawn by weight."""
        return Weighted(list(self.districts), [int(row["weight"]) for row in self.districts.values()])

    def trait(self, industry: str, name: str) -> float:
        """Return how an industry stands to the average (1 = average); 1 for what is no manufacturing."""
        row = self.divisions.get(industry[:2])
        return int(row[name]) / 100 if row else 1.0


def rows(folder: Path, name: str) -> list[Row]:
    """Read one CSV file of the profile."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def shipped_region() -> Path:
    """Return the folder of the demo region among the packs that came with the program."""
    return builtin_root() / "demo" / "region"


@lru_cache(maxsize=256)
def _grain(unit: Unit, digits: int, shown: Unit) -> Fraction:
    """Return 10^-digits of a unit, said in another unit."""
    return unit.factor_to(shown) / int(10**digits)


def _amount(row: Row) -> Amount:
    return Amount(Unit.parse(row["unit"]), int(row["digits"]))


def _target(row: Row) -> Target:
    texts = {name: row[name] for name in row if name not in ("year", "value")}
    return Target(**texts, year=int(row["year"]), value=Fraction(row["value"]))
