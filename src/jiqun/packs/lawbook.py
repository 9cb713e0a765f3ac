"""A law book: the objects in force in a jurisdiction, found by kind and id, each knowing where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

from jiqun.packs.certainty import certainty
from jiqun.packs.checking import nearest
from jiqun.packs.classification import Classification, Crosswalk, Membership
from jiqun.packs.lawobject import DatedValue, Key, LawObject, Pack
from jiqun.packs.models import Clause, Document, EditionRule, Header, Method, Parameter, TableContract, Taxonomy
from jiqun.packs.models.base import Span
from jiqun.packs.models.parameter import Dated
from jiqun.packs.rule_names import with_rule_names
from jiqun.packs.succession import days_in_force, successor_of
from jiqun.packs.unread import Unread
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Unit, digest_of_parts, exact

_KINDS = {
    "document": "文件",
    "parameter": "参数",
    "taxonomy": "分类",
    "table": "表",
    "method": "办法",
    "example": "算例",
    "ladder": "梯度",
    "edition": "版本选用规则",
    "calendar": "工作日历",
}


def _in_order(held: Sequence[LawObject]) -> tuple[LawObject, ...]:
    """Sort by first day, then edition; of rules that begin together one that is superseded comes first."""
    rules = [one.model for one in held if isinstance(one.model, Method)]

    def age(one: LawObject) -> tuple[date, bool, str]:
        model = one.model
        stands = not isinstance(model, Method) or successor_of(model, rules) is None
        return model.in_force.from_ or date.min, stands, model.edition or ""

    return tuple(sorted(held, key=age))


class LawBook:
    """The objects of a chain of packs; a narrower pack's object stands instead of the wider one's with the same id."""

    def __init__(
        self,
        packs: Sequence[Pack],
        objects: Mapping[Key, LawObject],
        unread: Unread = frozenset(),
        torn: frozenset[str] = frozenset(),
    ) -> None:
        self.packs = tuple(packs)
        self.unread, self.torn = unread, torn  # for lint: what could not be read, folders that lack a wider pack
        self._objects = dict(sorted(objects.items()))
        self._classifications: dict[str, Classification] = {}
        self._crosswalks: dict[tuple[str, str, date | None], Crosswalk] = {}
        self._contracts: dict[str, TableContract] = {}

    @classmethod
    def layered(
        cls,
        packs: Sequence[Pack],
        lines: Mapping[str, frozenset[str]],
        unread: Unread = frozenset(),
        torn: frozenset[str] = frozenset(),
    ) -> tuple[LawBook, list[Problem]]:
        """Lay packs over each other in the given order; `lines` holds each pack with all that it extends."""
        held: dict[Key, LawObject] = {}
        problems = []
        for pack in packs:
            for one in pack.objects:
                other = held.get(one.key)
                if other is not None and other.pack == one.pack:
                    problems.append(
                        problem("PACK-033", one.place("id"), kind=one.kind, id=one.id, other=other.place("id"))
                    )
                elif other is not None and other.pack not in lines[one.pack]:
                    problems.append(
                        problem("PACK-034", one.place("id"), kind=one.kind, id=one.id, other=other.place("id"))
                    )
                else:
                    held[one.key] = one
        book = cls(packs, held, unread, torn)
        return book, problems + list(book._clashing_columns())

    # finding

    def objects(self, kind: str | None = None, pack: str | None = None) -> tuple[LawObject, ...]:
        """List the objects in force, by kind and id."""
        held = self._objects.values() if kind is None else self._kinds.get(kind, ())
        return tuple(one for one in held if pack in (None, one.pack))

    @cached_property
    def _kinds(self) -> dict[str, list[LawObject]]:
        found: dict[str, list[LawObject]] = {}
        for one in self._objects.values():
            found.setdefault(one.kind, []).append(one)
        return found

    def editions(self, kind: str, id: str) -> tuple[LawObject, ...]:
        """List the editions of an object, the one in force first from the latest day last."""
        return self._editions.get((kind, id), ())

    @cached_property
    def _editions(self) -> dict[tuple[str, str], tuple[LawObject, ...]]:
        found: dict[tuple[str, str], list[LawObject]] = {}
        for one in self._objects.values():
            found.setdefault((one.kind, one.id), []).append(one)
        return {key: _in_order(held) for key, held in found.items()}

    def object(self, kind: str, id: str, edition: str | None = None) -> LawObject:
        """Return an object with its places; of several editions the latest. ProblemsError PACK-040 where none is."""
        found = [one for one in self.editions(kind, id) if edition in (None, one.model.edition)]
        if not found:
            near = nearest(id, [one.id for one in self.objects(kind)])
            raise ProblemsError(
                [problem("PACK-040", Place(), kind=kind, kind_zh=_KINDS.get(kind, kind), id=id, nearest=near)]
            )
        return found[-1]

    def get(self, kind: str, id: str, edition: str | None = None) -> Header:
        """Return an object's model; of several editions the latest. ProblemsError PACK-040 where none is."""
        return self.object(kind, id, edition).model

    def has(self, kind: str, id: str) -> bool:
        """Tell whether an object of that kind and id is in force."""
        return bool(self.editions(kind, id))

    # documents

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Every document by id."""
        return {one.id: one.model for one in self.objects("document") if isinstance(one.model, Document)}

    def document(self, id: str) -> Document:
        """Return a document; ProblemsError PACK-040 where there is none."""
        found = self.get("document", id)
        assert isinstance(found, Document)
        return found

    def clause(self, document_id: str, clause_id: str) -> Clause:
        """Return a clause of a document; ProblemsError PACK-043 where the document has none of that id."""
        clauses = self.document(document_id).clauses
        if clause_id not in clauses:
            near = nearest(clause_id, clauses)
            raise ProblemsError([problem("PACK-043", Place(), clause=clause_id, document=document_id, nearest=near)])
        return clauses[clause_id]

    # methods and tables

    def method(self, id: str, edition: str | None = None) -> Method:
        """Return a method; of several editions the latest."""
        found = self.get("method", id, edition)
        assert isinstance(found, Method)
        return found

    def methods_for(
        self, on: date | None = None, *, id: str | None = None, pack: str | None = None, table: str | None = None
    ) -> tuple[Method, ...]:
        """List methods: in force on a day, with an id, of a pack, that evaluate rows of a table."""
        return tuple(
            one.model
            for one in self.objects("method", pack)
            if isinstance(one.model, Method)
            and (on is None or self.days_in_force(one.model).covers(on))
            and id in (None, one.id)
            and table in (None, one.model.evaluates.table)
        )

    def days_in_force(self, method: Method) -> Span:
        """Return the days in which a method is in force, to the day before an edition that supersedes it begins."""
        return days_in_force(method, self._rules_of(method.id))

    def successor_of(self, method: Method) -> Method | None:
        """Return the edition that supersedes a method; None where none does."""
        return successor_of(method, self._rules_of(method.id))

    @cached_property
    def chosen_by_rule(self) -> frozenset[str]:
        """The ids of the methods whose editions a choice of edition tells apart."""
        rules = (one.model for one in self.objects("edition_rule") if isinstance(one.model, EditionRule))
        return frozenset(choice.use.method for rule in rules for choice in rule.choices)

    def _rules_of(self, id: str) -> Iterator[Method]:
        return (one.model for one in self.editions("method", id) if isinstance(one.model, Method))

    @cached_property
    def tables(self) -> Mapping[str, TableContract]:
        """Every table's contract by id, with the columns that narrower packs add."""
        return {one.id: self.table(one.id) for _, one in self._tables if one.adds_to is None}

    def table(self, id: str) -> TableContract:
        """Return a table's contract with the columns, checks and keys that narrower packs add to it."""
        if id not in self._contracts:
            self._contracts[id] = self._composed(id)
        return self._contracts[id]

    def _composed(self, id: str) -> TableContract:
        found = self.get("table", id)
        assert isinstance(found, TableContract)
        for _, one in self._tables:
            if one.adds_to == id:
                found = found.model_copy(
                    update={
                        "fields": found.fields + one.fields,
                        "checks": found.checks + one.checks,
                        "ratios": found.ratios + one.ratios,
                        "foreign_keys": found.foreign_keys + one.foreign_keys,
                    }
                )
        return with_rule_names(found, (one.model for one in self.objects("method")))

    @cached_property
    def _tables(self) -> tuple[tuple[LawObject, TableContract], ...]:
        return tuple((one, one.model) for one in self.objects("table") if isinstance(one.model, TableContract))

    def _clashing_columns(self) -> Iterator[Problem]:
        owners: dict[tuple[str, str], Place] = {}
        for one, table in sorted(self._tables, key=lambda pair: pair[1].adds_to is not None):
            name = table.adds_to or table.id
            for index, column in enumerate(table.fields):
                place = one.place("fields", index, "name")
                other = owners.setdefault((name, column.name), place)
                if other != place:
                    yield problem("PACK-035", place, column=column.name, table=name, other=other)

    # parameters

    @cached_property
    def _series(self) -> dict[str, tuple[LawObject, tuple[Dated, ...]]]:
        return {
            name: (one, values)
            for one in self.objects("parameter")
            if isinstance(one.model, Parameter)
            for name, values in one.model.series().items()
        }

    @property
    def parameter_ids(self) -> tuple[str, ...]:
        """The ids under which a value can be asked for: `id`, or `id.key` for every key of a table."""
        return tuple(self._series)

    def has_series(self, id: str) -> bool:
        """Say whether a value can be asked for under an id, as `parameter` does."""
        return id in self._series

    def parameter(self, id: str, on: date, known: date | None = None) -> DatedValue:
        """Return a parameter's value on a day; of several vintages the latest published (by the day `known`, if given).

        Raises ProblemsError PACK-040 for an unknown id, PACK-041 where no value covers the day.
        """
        if id not in self._series:
            near = nearest(id, self._series)
            raise ProblemsError([problem("PACK-040", Place(), kind="parameter", kind_zh="参数", id=id, nearest=near)])
        one, values = self._series[id]
        covering = [
            value
            for value in values
            if value.covers(on) and (known is None or value.published is None or value.published <= known)
        ]
        if not covering:
            raise ProblemsError([problem("PACK-041", one.place(), id=id, day=on)])
        return self._dated(id, one, max(covering, key=lambda value: value.published or date.min))

    def parameter_series(self, id: str) -> tuple[DatedValue, ...]:
        """Return every value a parameter ever had, in the order written."""
        one, values = self._series[id]
        return tuple(self._dated(id, one, value) for value in values)

    def _dated(self, id: str, one: LawObject, value: Dated) -> DatedValue:
        model = one.model
        assert isinstance(model, Parameter)
        unit = Unit.parse(model.unit_of(model.series()[id]))
        factor = Unit.parse(value.unit).factor_to(unit) if value.unit else Fraction(1)
        key = () if model.table is None else (id.removeprefix(f"{model.id}."),)
        form = "values" if model.table is None else "table"
        index = model.series()[id].index(value)
        return DatedValue(
            id=id,
            value=exact(value.value) * factor,
            unit=unit,
            title=model.title,
            title_en=model.title_en,
            document=value.document or model.document,
            clause=value.clause or model.clause,
            reason=value.reason,
            completeness=value.completeness or model.completeness,
            certainty=certainty(
                self,
                value.document or model.document,
                value.clause or model.clause,
                value.completeness or ("illustrative" if model.completeness == "illustrative" else None),
            ),
            from_=value.from_,
            to=value.to,
            published=value.published,
            sense=value.sense,
            measure=value.measure or model.measure,
            scope=value.scope or model.scope,
            place=one.place(form, *key, index),
        )

    # taxonomies

    def taxonomy(self, id: str) -> Classification:
        """Return a taxonomy by id or by one of its aliases; ProblemsError PACK-040 where none is."""
        if id not in self._classifications:
            self._classifications[id] = Classification(self._taxonomy(id))
        return self._classifications[id]

    def _taxonomy(self, id: str) -> Taxonomy:
        for one in self.objects("taxonomy"):
            if isinstance(one.model, Taxonomy) and id in one.model.aliases:
                return one.model
        found = self.get("taxonomy", id)
        assert isinstance(found, Taxonomy)
        return found

    def codes(
        self,
        taxonomy: str,
        classes: Iterable[str],
        on: date | None = None,
        *,
        of: str | None = None,
        partial: bool = False,
    ) -> frozenset[str]:
        """Return the classes and every code under them; with `of`, the codes of that taxonomy that belong to them.

        `partial=True` adds codes of which only a part belongs. Unknown classes raise PACK-042.
        """
        if of is None:
            return self.taxonomy(taxonomy).on(on).under(classes)
        return self._crosswalk(taxonomy, of, on).codes(classes, partial)

    def memberships(
        self, taxonomy: str, code: str, on: date | None = None, *, of: str = "gbt4754", confirmed: Iterable[str] = ()
    ) -> tuple[Membership, ...]:
        """Return the classes of a taxonomy that a code of another one belongs to; `counted` marks the counting owner.

        `confirmed` are classes of partial coverage for which the firm has product evidence.
        """
        return self._crosswalk(taxonomy, of, on).memberships(code, frozenset(confirmed))

    def undecided(self, taxonomy: str, of: str, on: date | None = None) -> dict[str, tuple[str, ...]]:
        """Return the codes that two classes of the same priority could both count."""
        return self._crosswalk(taxonomy, of, on).undecided()

    def _crosswalk(self, taxonomy: str, of: str, on: date | None) -> Crosswalk:
        key = (taxonomy, of, on)
        if key not in self._crosswalks:
            self._crosswalks[key] = Crosswalk(self.taxonomy(taxonomy).on(on), self.taxonomy(of).on(on), of, on)
        return self._crosswalks[key]

    # the whole

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The adcodes of the packs, wider ones first."""
        return tuple(one.manifest.jurisdiction for one in self.packs)

    @cached_property
    def digest(self) -> str:
        """The hash of the content in force: it does not change with file names, order, comments or blanks."""
        return digest_of_parts({"/".join(key): one.content for key, one in self._objects.items()})
