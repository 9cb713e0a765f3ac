"""A taxonomy ready for questions: what stands under a code on a day, and which classes another taxonomy's code has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from jiqun.packs.checking import nearest
from jiqun.packs.models.taxonomy import Includes, Taxonomy, TaxonomyCode
from jiqun.problems import Place, ProblemsError, problem

Coverage = Literal["full", "partial"]


class Classification:
    """The codes of one taxonomy with their validity dates; `on=None` means every code that ever stood."""

    def __init__(self, model: Taxonomy) -> None:
        self.model = model
        self._views: dict[date | None, View] = {}

    @property
    def id(self) -> str:
        return self.model.id

    def on(self, day: date | None) -> View:
        """Return the taxonomy as it stood on a day."""
        if day not in self._views:
            valid = [one for one in self.model.codes if day is None or one.covers(day)]
            self._views[day] = View(self.model, valid)
        return self._views[day]


class View:
    """A taxonomy as it stood on one day."""

    def __init__(self, model: Taxonomy, codes: Iterable[TaxonomyCode]) -> None:
        self.model = model
        self.codes: Mapping[str, TaxonomyCode] = MappingProxyType({one.code: one for one in codes})
        self._words: dict[str, set[str]] = {}
        self._inner: dict[str, list[str]] = {}
        for one in self.codes.values():
            for word in {one.name, *one.aliases}:
                self._words.setdefault(word, set()).add(one.code)
            if one.parent is not None:
                self._inner.setdefault(one.parent, []).append(one.code)

    def find(self, text: str) -> str | None:
        """Return the code that a code, or a name or alias that only one code has, stands for; None where none does."""
        if text in self.codes:
            return text
        found = self._words.get(text, set())
        return next(iter(found)) if len(found) == 1 else None

    def code(self, text: str) -> str:
        """Return the code that a text stands for; ProblemsError PACK-042 with the nearest code where none does."""
        found = self.find(text)
        if found is None:
            near = self.nearest(text)
            raise ProblemsError([problem("PACK-042", Place(), word=text, taxonomy=self.model.id, nearest=near)])
        return found

    def nearest(self, text: str) -> str:
        """Return the code or name most like a text; one with its leading zeros restored comes first."""
        padded = [text.zfill(one.length) for one in self.model.levels if one.length and one.length > len(text)]
        for candidate in padded:
            if candidate in self.codes:
                return candidate
        return nearest(text, [*self.codes, *self._words])

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes directly under a code."""
        return tuple(self._inner.get(code, ()))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above a code, nearest first."""
        above: list[str] = []
        parent = self.codes[code].parent
        while parent is not None and parent in self.codes and parent not in above:
            above.append(parent)
            parent = self.codes[parent].parent
        return tuple(above)

    def level(self, code: str) -> int:
        """Return the level of a code, 1 for the widest: as declared, else by the codes above it."""
        return self.codes[code].level or len(self.ancestors(code)) + 1

    def at_level(self, code: str, level: int) -> str | None:
        """Return the code itself or the one above it at a level; None where there is none."""
        return next((one for one in (code, *self.ancestors(code)) if self.level(one) == level), None)

    def under(self, classes: Iterable[str]) -> frozenset[str]:
        """Return the given codes and every code under them; unknown ones raise PACK-042."""
        found: set[str] = set()
        waiting = [self.code(one) for one in classes]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting.extend(self._inner.get(code, ()))
        return frozenset(found)


@dataclass(frozen=True)
class Membership:
    """A class that a code belongs to. `counted`: totals count the code's firms here.

    `coverage: partial` means that only a part of the firms with the code belongs; `needs` says what tells which.
    """

    taxonomy: str
    code: str
    name: str
    coverage: Coverage
    needs: str | None
    counted: bool
    provisional_scope: bool


@dataclass(frozen=True)
class _Rule:
    owner: TaxonomyCode
    coverage: Coverage
    needs: str | None


class Crosswalk:
    """From codes of one taxonomy to classes of another, on one day."""

    def __init__(self, classes: View, base: View, base_id: str, day: date | None) -> None:
        self.classes, self.base = classes, base
        self._rules: dict[str, dict[str, _Rule]] = {}
        for owner in classes.codes.values():
            for rule in owner.includes:
                if rule.taxonomy == base_id and (day is None or rule.covers(day)):
                    self._add(owner, rule)
        self._explicit = {
            code: one.class_
            for one in classes.model.counted_in
            if one.taxonomy == base_id
            for code in base.under(one.codes)
        }

    def _add(self, owner: TaxonomyCode, rule: Includes) -> None:
        for code in self.base.under(rule.codes) - self.base.under(rule.except_):
            known = self._rules.setdefault(code, {}).get(owner.code)
            if known is None or known.coverage == "partial":
                self._rules[code][owner.code] = _Rule(owner, rule.coverage, rule.needs)

    def codes(self, classes: Iterable[str], partial: bool) -> frozenset[str]:
        """Return the base codes that belong to the classes or to classes under them."""
        wanted = self.classes.under(classes)
        return frozenset(
            code
            for code, rules in self._rules.items()
            if any(one in wanted and (partial or rule.coverage == "full") for one, rule in rules.items())
        )

    def memberships(self, text: str, confirmed: frozenset[str]) -> tuple[Membership, ...]:
        """Return the classes of a base code, those that count first; `confirmed` classes have product evidence."""
        code = self.base.code(text)
        rules = {**self._of_finer_codes(code), **self._rules.get(code, {})}
        owner = self.owner(code, confirmed)
        illustrative = self.classes.model.completeness == "illustrative"
        found = [
            Membership(
                self.classes.model.id, one, rule.owner.name, rule.coverage, rule.needs, one == owner, illustrative
            )
            for one, rule in rules.items()
        ]
        return tuple(sorted(found, key=lambda one: (not one.counted, one.coverage == "partial", one.code)))

    def _of_finer_codes(self, code: str) -> dict[str, _Rule]:
        return {
            one: _Rule(rule.owner, "partial", "a more detailed code")
            for finer in sorted(self.base.under([code]) - {code})
            for one, rule in self._rules.get(finer, {}).items()
        }

    def owner(self, text: str, confirmed: frozenset[str] = frozenset()) -> str | None:
        """Return the one class that counts a code's firms: full or confirmed classes, explicit decision, then priority.

        None where no class is certain, or where the taxonomy declares that its classes overlap.
        """
        if self.classes.model.counting != "single":
            return None
        code = self.base.code(text)
        rules = self._rules.get(code, {})
        certain = {one: rule for one, rule in rules.items() if rule.coverage == "full" or one in confirmed}
        explicit = self._explicit.get(code)
        if explicit in certain:
            return explicit
        best = _best(certain)
        return best[0] if len(best) == 1 else None

    def undecided(self) -> dict[str, tuple[str, ...]]:
        """Return the base codes that two classes with the same priority could both count, with these classes."""
        shared = {code: _shared(rules) for code, rules in sorted(self._rules.items()) if code not in self._explicit}
        return {code: classes for code, classes in shared.items() if classes}


def _by_priority(rules: Mapping[str, _Rule]) -> list[tuple[str, ...]]:
    groups: dict[int, list[str]] = {}
    for one, rule in sorted(rules.items()):
        groups.setdefault(_priority(rule.owner), []).append(one)
    return [tuple(group) for _, group in sorted(groups.items())]


def _best(rules: Mapping[str, _Rule]) -> tuple[str, ...]:
    return next(iter(_by_priority(rules)), ())


def _shared(rules: Mapping[str, _Rule]) -> tuple[str, ...]:
    return next((group for group in _by_priority(rules) if len(group) > 1), ())


def _priority(owner: TaxonomyCode) -> int:
    return owner.priority if owner.priority is not None else 1_000_000
