"""The accounts that reports tell: sums and ratios of a group's above-scale firms, and which of them are kept back."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import polars as pl

from jiqun.desk.accounts import Sum, summed
from jiqun.desk.clusters import RATIOS, Ratio, doubted, ratios
from jiqun.desk.withheld import Figures, withheld, withheld_alone
from jiqun.methods.explanation.restricted import FEWEST

SUMS: Mapping[str, tuple[str, str]] = {
    "output": ("工业总产值", "万元"),
    "value_added": ("工业增加值", "万元"),
    "tax": ("实缴税金", "万元"),
    "land": ("用地", "亩"),
}
RATIO_TITLES: Mapping[str, tuple[str, str]] = {
    "tax_per_mu": ("亩均税收", "万元/亩"),
    "value_added_per_mu": ("亩均增加值", "万元/亩"),
    "output_per_mu": ("亩均产值", "万元/亩"),
    "rd_intensity": ("研发投入强度", "%"),
    "labour_productivity": ("全员劳动生产率", "万元/人"),
    "value_added_per_energy": ("单位能耗增加值", "万元/tce"),
}


@dataclass(frozen=True)
class Account:
    """The account of a group of above-scale firms: sums, and ratios over the firms that reported both parts.

    `withheld` names those that the reader may not be told; it is made for who may not see `restricted` figures.
    """

    firms: int
    sums: Mapping[str, Sum]
    ratios: Mapping[str, Ratio]
    withheld: frozenset[str] = frozenset()
    restricted: bool = False

    def tells_doubts(self, name: str) -> bool:
        """Tell whether a ratio may be told with the figures in doubt too; the difference is of those firms."""
        return not self.restricted or not 0 < self.ratios[name].doubtful < FEWEST


def account(rows: pl.DataFrame, year: int) -> Account:
    """Add up the above-scale firms of a year; what a firm did not report is left out, never counted as zero."""
    firms = rows.filter((pl.col("year") == year) & (pl.col("scale") == "above"))
    doubtful = doubted(rows, year)
    cells = firms.to_dict(as_series=False)
    sums = {name: summed(cells, name, doubtful.get(name, frozenset())) for name in SUMS}
    found = ratios(rows, year, doubtful)
    return Account(firms.height, sums, {name: found[name] for name in RATIO_TITLES if name in found})


def accounts(rows: pl.DataFrame, year: int, column: str) -> dict[str, Account]:
    """Return the account of every value of a column, by that value."""
    of_year = rows.filter(pl.col(column).is_not_null())
    parts = of_year.partition_by(column, as_dict=True)
    return {str(key[0]): account(part, year) for key, part in sorted(parts.items(), key=lambda one: str(one[0][0]))}


def kept_back(account: Account, restricted: Set[str]) -> Account:
    """Return an account that stands alone as it may be told to who may not see the restricted columns."""
    return replace(account, restricted=True, withheld=withheld_alone(_figures(account, restricted), added(restricted)))


def kept_back_beside(whole: Account, groups: Mapping[str, Account], restricted: Set[str]) -> dict[str, Account]:
    """Return the accounts of groups as they may be told beside the whole that they are part of."""
    figures = {key: _figures(one, restricted) for key, one in groups.items()}
    held = withheld(_figures(whole, restricted), figures, added(restricted))
    return {key: replace(one, restricted=True, withheld=held[key]) for key, one in groups.items()}


def added(restricted: Set[str]) -> Mapping[str, str]:
    """Name for every figure the column that it tells the sum of.

    A ratio times its denominator is that of its numerator, where everybody can add the denominator up; over a
    restricted one it tells no sum but itself.
    """
    made = {name: name if below in restricted else above for name, (above, below) in RATIOS.items()}
    return {**{one: one for one in SUMS}, **made}


def _figures(account: Account, restricted: Set[str]) -> Figures:
    """The figures that tell a restricted column, the ratios first: they are what an account is read for."""
    made = {name: one.of for name, one in account.ratios.items() if not restricted.isdisjoint(RATIOS[name])}
    return made | {name: one.of for name, one in account.sums.items() if name in restricted}
