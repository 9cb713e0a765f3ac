"""Which sums and ratios of the accounts are not told to who may not see restricted columns: decided once for all faces.

Pages, files, bulletin, brief and monthly name figures of the same firms by district, industry, cluster and park. Each
leaves out the same ones, so that what one tells does not give away what another keeps back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import polars as pl

from jiqun.desk.accounts import GROUPINGS, TOLD_RATIOS, Account, accounts
from jiqun.desk.clusters import RATIOS, Cluster, Ratio, Wanted
from jiqun.desk.safety import Safety, contributions, percent_in_force
from jiqun.desk.withheld import WHOLE, Figures, Told, Where, withheld, withheld_sums
from jiqun.methods.explanation.restricted import FEWEST
from jiqun.packs import LawBook

_SUMS: Mapping[str, tuple[str, ...]] = {  # the sums that some face tells of a group
    "": ("tax", "value_added", "output", "revenue"),
    "district": ("tax", "value_added", "output"),
    "division": ("tax", "value_added", "output"),
    "cluster": ("output", "revenue"),
}


@dataclass(frozen=True)
class KeptBack:
    """The figures that are not told, and the ratios whose growth is not, by grouping and key; ("", "") is the whole."""

    figures: Mapping[Where, frozenset[str]]
    growth: Mapping[Where, frozenset[str]]

    def of(self, account: Account, by: str = "") -> Account:
        """Return an account as it may be told."""
        return replace(account, restricted=True, withheld=self.figures.get((by, account.key), frozenset()))

    def clusters(self, found: Sequence[Cluster]) -> frozenset[str]:
        """Name the clusters whose output or revenue, as each is measured, is not told."""
        return frozenset(one.code for one in found if one.measure in self.figures.get(("cluster", one.code), ()))


Made = Mapping[str, tuple[Account, Sequence[Account]]]  # by grouping: the account of the whole, and of its groups


def every_account(book: LawBook, firms: pl.DataFrame, year: int) -> Made:
    """Return the accounts of all groupings; of parks only where `firms` have the park beside them."""
    groupings = [one for one in GROUPINGS if one != "park" or "park" in firms.columns]
    return {by: accounts(book, firms, year, by) for by in groupings}


def kept_back(book: LawBook, firms: pl.DataFrame, year: int, restricted: Set[str], made: Made) -> KeptBack:
    """Decide what is not told of the accounts `made` of firms' rows of a year and the one before."""
    whole, _ = made[GROUPINGS[0]]
    groups = {by: found for by, (_, found) in made.items()}
    figures = _decided(book, firms, year, restricted, whole, groups, before=False)
    before = _decided(book, firms, year - 1, restricted, whole, groups, before=True)
    every = {WHOLE: whole} | {(by, one.key): one for by, found in groups.items() for one in found}
    growth = {where: figures[where] | before[where] | _doubtful_before(one) for where, one in every.items()}
    return KeptBack(figures, growth)


def added(restricted: Set[str]) -> Mapping[str, str]:
    """Name for every figure the column that it tells the sum of.

    A ratio times its denominator is that of its numerator, where everybody can add the denominator up; over a
    restricted one it tells no sum but itself.
    """
    made = {name: name if RATIOS[name][1] in restricted else RATIOS[name][0] for name in TOLD_RATIOS}
    return made | {one: one for names in _SUMS.values() for one in names}


def _decided(
    book: LawBook,
    firms: pl.DataFrame,
    year: int,
    restricted: Set[str],
    whole: Account,
    groups: Mapping[str, Sequence[Account]],
    *,
    before: bool,
) -> dict[Where, frozenset[str]]:
    columns = added(restricted)
    both = {name: restricted & {*RATIOS[name]} for name in TOLD_RATIOS if columns[name] == name}
    amounts = contributions(firms, year, sorted(restricted & {one for parts in RATIOS.values() for one in parts}))
    return withheld(
        Told(
            _figures(whole, "", restricted, before),
            {by: {one.key: _figures(one, by, restricted, before) for one in found} for by, found in groups.items()},
            columns,
            frozenset({"cluster"}),
            Safety(percent_in_force(book, year), amounts, both),
            exact=not before,
        )
    )


def _figures(one: Account, by: str, restricted: Set[str], before: bool) -> Figures:
    """The figures that tell a restricted column, the ratios first: they are what an account is read for."""
    ratios: Mapping[str, Ratio] = one.before if before else one.ratios
    made = {name: each.of for name, each in ratios.items() if not restricted.isdisjoint(RATIOS[name])}
    sums = () if before else _SUMS.get(by, ())
    return made | {name: one.sums[name].of for name in sums if name in restricted}


def bases_kept_back(book: LawBook, found: Sequence[Cluster], firms: pl.DataFrame) -> frozenset[str]:
    """Name the clusters whose path starts at a sum of the ledger that tells single firms; such sums overlap.

    `firms` are the rows that the clusters were made of, those of the base year among them.
    """
    own = [one for one in found if one.pace is not None and not one.pace.base.published]
    base, held = Wanted().base, set[str]()
    for measure in sorted({one.measure for one in own}):
        same = [one for one in own if one.measure == measure]
        sums = [one.pace.base.of for one in same if one.pace is not None]
        safety = Safety(percent_in_force(book, base), contributions(firms, base, [measure]))
        told = withheld_sums(sums, measure, safety)
        held |= {one.code for one, is_held in zip(same, told, strict=True) if is_held}
    return frozenset(held)


def _doubtful_before(one: Account) -> frozenset[str]:
    """The ratios whose growth leaves out one or two figures of the year before that its own account tells."""
    return frozenset(name for name, each in one.before.items() if 0 < each.doubtful < FEWEST)
