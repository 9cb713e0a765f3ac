"""Scaling invented firms until the region's totals are the published ones, and saying how close they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from jiqun.cli.demo.handover import Closeness
from jiqun.cli.demo.region import Region, Target

if TYPE_CHECKING:
    from jiqun.cli.demo.years import FirmYear

FLOOR = 2120.0  # 万元 of output that leave revenue above the 规上 threshold (2000) at every draw of the sales ratio
_MOVES_WITH_OUTPUT = ("revenue", "main_revenue", "value_added", "tax", "export_refund", "profit", "assets")
_MOVES_WITH = {
    "output": (*_MOVES_WITH_OUTPUT, "liabilities", "staff", "energy", "power", "water", "emission", "rd"),
    "energy": ("power", "water"),
    "tax": ("export_refund",),
}
_DENOMINATORS = ("staff", "energy", "emission")


def reach_totals(
    region: Region,
    year: int,
    drafts: Mapping[str, dict[str, float]],
    counted: Sequence[str],
    land: Mapping[str, Fraction],
    hidden: Mapping[str, frozenset[str]],
) -> None:
    """Scale drafts in place so that the counted firms (规上 manufacturing) reach each target of the year.

    Output is scaled above a floor, so that no 规上 firm falls below the threshold; every other quantity by one factor
    for all firms, so that relations between firms stay. A firm whose figure nobody knows (`hidden`) does not count.
    """
    if not counted:
        return
    for target in region.targets:
        wanted = float(target.at(year))
        if target.adjust == "output":
            _lift_output(drafts, counted, wanted * float(sum(land[one] for one in counted)))
        elif target.adjust != "land":
            known = [one for one in counted if hidden[one].isdisjoint((target.numerator, target.denominator))]
            numerator = sum(drafts[one][target.numerator] for one in known)
            amounts = land if target.denominator == "land" else None
            denominator = sum(float(amounts[one]) if amounts else drafts[one][target.denominator] for one in known)
            factor = wanted / (numerator / denominator)
            _scale(drafts, target.adjust, 1 / factor if target.adjust in _DENOMINATORS else factor)


def _lift_output(drafts: Mapping[str, dict[str, float]], counted: Sequence[str], wanted: float) -> None:
    excess = sum(drafts[one]["output"] - FLOOR for one in counted)
    factor = (wanted - FLOOR * len(counted)) / excess
    for one in counted:
        draft = drafts[one]
        output = FLOOR + factor * (draft["output"] - FLOOR)
        change = output / draft["output"]
        draft["output"] = output
        for name in _MOVES_WITH["output"]:
            draft[name] *= change


def _scale(drafts: Mapping[str, dict[str, float]], name: str, factor: float) -> None:
    for draft in drafts.values():
        for each in (name, *_MOVES_WITH.get(name, ())):
            draft[each] *= factor


def closeness(region: Region, years: Sequence[FirmYear], year: int) -> tuple[Closeness, ...]:
    """Say for each target of a year what the invented firms reach: Σ numerator ÷ Σ denominator where both are known."""
    counted = [one for one in years if one.year == year and one.scale == "above" and one.firm.manufacturing]
    if not counted:
        return ()
    shown = [one for one in region.targets if one.adjust != "land" or one.year == year]
    return tuple(_reached(region, target, counted, year) for target in shown)


def _reached(region: Region, target: Target, counted: Sequence[FirmYear], year: int) -> Closeness:
    pairs = [(_figure(region, one, target.numerator), _figure(region, one, target.denominator)) for one in counted]
    known = [(over, under) for over, under in pairs if over is not None and under is not None]
    reached = sum((over for over, _ in known), Fraction(0)) / sum((under for _, under in known), Fraction(0))
    return Closeness(
        measure=target.measure,
        published=target.at(year),
        reached=reached,
        source=target.source,
        title=target.title,
        title_en=target.title_en,
        unit=target.unit,
        year=year,
        basis="published" if target.basis == "published" and year == target.year else "derived",
    )


def _figure(region: Region, one: FirmYear, name: str) -> Fraction | None:
    if name == "land":
        return one.land
    if name == "firms":
        return Fraction(1)
    kept = one.kept[name]
    return None if kept is None else Fraction(kept, 10 ** region.amounts[name].digits)
