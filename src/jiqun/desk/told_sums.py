"""What can be worked out from sums by adding and subtracting them: the linear combinations of what is told.

Firms that are in the same sums are one class, as nothing that is told parts them. A class is worked out where its sum
alone is a combination of the told ones: where it is a row of their reduced echelon form. Counted modulo a prime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from jiqun.methods.explanation.restricted import FEWEST

_PRIME = 2_147_483_647
_Row = dict[int, int]  # class of firms → its factor; left out where it is 0
Safe = Callable[[frozenset[str]], bool]


def many_enough(firms: frozenset[str]) -> bool:
    """Tell whether a sum over firms is safe where nothing but their number counts."""
    return not firms or len(firms) >= FEWEST


class ToldSums:
    """The sums of one column that are told so far; a further one is refused where it would give firms away.

    It does where it is not safe itself, where it differs from a told one by what is not safe, and where a class of
    firms that is not safe is a combination of it and the told ones.

    >>> told = ToldSums([frozenset("abcdef"), frozenset("abcde"), frozenset("abc")])
    >>> told.tell(frozenset("abcdef")), told.tell(frozenset("abcde")), told.tell(frozenset("abc"))
    (True, False, True)
    """

    def __init__(self, sums: Iterable[frozenset[str]], safe: Safe = many_enough) -> None:
        where: dict[str, list[int]] = {}
        for at, firms in enumerate(sums):
            for firm in firms:
                where.setdefault(firm, []).append(at)
        classes: dict[tuple[int, ...], list[str]] = {}
        for firm, found in where.items():
            classes.setdefault(tuple(found), []).append(firm)
        self._class = {firm: number for number, firms in enumerate(classes.values()) for firm in firms}
        self._unsafe = {number for number, firms in enumerate(classes.values()) if not safe(frozenset(firms))}
        self._bit = {firm: 1 << at for at, firm in enumerate(where)}  # sets as numbers: every pair is compared
        self._safe = safe
        self._told: dict[int, frozenset[str]] = {}
        self._rows: dict[int, _Row] = {}

    def tell(self, firms: frozenset[str]) -> bool:
        """Take a sum in; False, and nothing is taken, where what is not safe would follow from it."""
        bits = sum(self._bit[one] for one in firms)
        if bits in self._told or not firms:
            return True
        if not self._safe(firms) or any(self._differs_unsafely(bits, firms, one) for one in self._told.items()):
            return False
        if not self._combined(firms):
            return False
        self._told[bits] = firms
        return True

    def _differs_unsafely(self, bits: int, firms: frozenset[str], told: tuple[int, frozenset[str]]) -> bool:
        more, fewer = bits & ~told[0], told[0] & ~bits
        if more and fewer:
            return (more | fewer).bit_count() < FEWEST
        return not self._safe(firms - told[1] if more else told[1] - firms)

    def _combined(self, firms: frozenset[str]) -> bool:
        """Take a sum into the echelon form; False where a class that is not safe would stand alone in a row."""
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
        return len(row) == 1 and not self._unsafe.isdisjoint(row)


def _less(row: _Row, factor: int, other: _Row) -> _Row:
    found = dict(row)
    for at, mine in other.items():
        rest = (found.get(at, 0) - factor * mine) % _PRIME
        if rest:
            found[at] = rest
        else:
            found.pop(at, None)
    return found
