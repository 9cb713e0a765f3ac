"""What can be worked out from sums by adding and subtracting them: the linear combinations of what is told.

Firms that are in the same sums are one class, as nothing that is told parts them. A class is worked out where its sum
alone is a combination of the told ones: where it is a row of their reduced echelon form. Counted modulo a prime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jiqun.methods.explanation.restricted import FEWEST

_PRIME = 2_147_483_647
_Row = dict[int, int]  # class of firms → its factor; left out where it is 0


class ToldSums:
    """The sums of one column that are told so far; a further one is refused where it would give away a small class.

    >>> told = ToldSums([frozenset("abcdef"), frozenset("abcde"), frozenset("abc")])
    >>> told.tell(frozenset("abcdef")), told.tell(frozenset("abcde")), told.tell(frozenset("abc"))
    (True, False, True)
    """

    def __init__(self, sums: Iterable[frozenset[str]]) -> None:
        where: dict[str, list[int]] = {}
        for at, firms in enumerate(sums):
            for firm in firms:
                where.setdefault(firm, []).append(at)
        numbers: dict[tuple[int, ...], int] = {}
        self._class = {firm: numbers.setdefault(tuple(found), len(numbers)) for firm, found in where.items()}
        many = [0] * len(numbers)
        for number in self._class.values():
            many[number] += 1
        self._small = {number for number, firms in enumerate(many) if firms < FEWEST}
        self._rows: dict[int, _Row] = {}

    def tell(self, firms: frozenset[str]) -> bool:
        """Take a sum in; False, and nothing is taken, where a small class would follow from it."""
        new: _Row = {self._class[one]: 1 for one in firms}
        for lead in [one for one in new if one in self._rows]:
            new = _less(new, new[lead], self._rows[lead])
        if not new:
            return True
        lead = max(new)
        inverse = pow(new[lead], -1, _PRIME)
        new = {at: factor * inverse % _PRIME for at, factor in new.items()}
        changed = {at: _less(row, row[lead], new) for at, row in self._rows.items() if lead in row}
        if any(self._gives_away(row) for row in (new, *changed.values())):
            return False
        self._rows |= {**changed, lead: new}
        return True

    def _gives_away(self, row: Mapping[int, int]) -> bool:
        return len(row) == 1 and not self._small.isdisjoint(row)


def _less(row: _Row, factor: int, other: _Row) -> _Row:
    found = dict(row)
    for at, mine in other.items():
        rest = (found.get(at, 0) - factor * mine) % _PRIME
        if rest:
            found[at] = rest
        else:
            found.pop(at, None)
    return found
