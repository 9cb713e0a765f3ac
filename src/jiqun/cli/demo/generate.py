"""Making the demo region: firms, land, years, truth, files."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from jiqun.cli.demo.calibrate import closeness
from jiqun.cli.demo.firms import Firm, make_firms
from jiqun.cli.demo.handover import Handover
from jiqun.cli.demo.land import Land, land_use, make_land, used_area
from jiqun.cli.demo.messy_files import write_files, write_planted
from jiqun.cli.demo.region import Region, shipped_region
from jiqun.cli.demo.tables import true_tables
from jiqun.cli.demo.years import make_years


def generate(to: Path, seed: int, firms: int = 6000, years: Sequence[int] = (2022, 2023, 2024)) -> Handover:
    """Write an invented region's department files, its true tables and the list of planted faults into a folder.

    The same seed, number of firms and years give the same bytes. ValueError for fewer than 50 firms (totals could
    not be reached) and for years that do not follow each other.
    """
    span = list(range(years[0], years[0] + len(years))) if years else []
    if not span or list(years) != span:
        raise ValueError("years must follow each other, such as (2022, 2023, 2024)")
    if firms < 50:
        raise ValueError("a region needs at least 50 firms; with fewer its totals cannot be reached")
    region = Region.read(shipped_region())
    people = make_firms(region, seed, firms, span)
    land = _sized(region, make_land(region, seed, people), people, span)
    uses = {year: land_use(land, year) for year in span}
    figures = make_years(region, seed, people, uses)
    truth = true_tables(region, seed, people, land, uses, figures)
    handed, planted = write_files(truth, seed, span, to)
    folder = to / "truth"
    truth.write(folder)
    write_planted(planted, folder / "planted.csv")
    return Handover(
        files=tuple(handed),
        closeness=tuple(one for year in span for one in closeness(region, figures, year)),
        firms=len(people),
        truth=folder,
        planted=folder / "planted.csv",
        faults=sum(one.expectation != "skipped" for one in planted),
    )


def _sized(region: Region, land: Land, firms: Sequence[Firm], years: Sequence[int]) -> Land:
    """Scale all areas so that a 规上 firm uses as much land on average as the reference says."""
    target = next(one for one in region.targets if one.adjust == "land")
    year = target.year if target.year in years else years[-1]
    counted = [one.enterprise for one in firms if one.manufacturing and year in one.above and one.works(year)]
    average = used_area(land_use(land, year), counted) / len(counted) if counted else Fraction(1)
    return land.scaled(float(target.value / average))
