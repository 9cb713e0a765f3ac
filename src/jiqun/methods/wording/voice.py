"""Who speaks: a compiled method in one language, with the law book that its clauses stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jiqun.expressions import Exact, NumberType
from jiqun.expressions.words import words
from jiqun.methods.columns.grade import GROUP_FULL, REASONS
from jiqun.methods.compiling.inputs import split_column
from jiqun.methods.compiling.plan import FixedBenchmark, Plan
from jiqun.methods.wording.numbers import number_text, scaled_text, with_unit
from jiqun.methods.wording.phrases import joined, listed, one_or_more, say
from jiqun.packs import LawBook, TableContract, View
from jiqun.packs.models import TaxonomyCode
from jiqun.packs.models.base import Span
from jiqun.problems import Language
from jiqun.values import Unit

_FIRM = "enterprise"  # the subject of rules over firms, and the table that is their register
_WHY_GRADED_SO = (*REASONS, "could_be", "scored", "exempt", GROUP_FULL)


@dataclass(frozen=True)
class ClauseText:
    """A clause that a step rests on: document, clause id, and what it says in short own words where that is known."""

    document: str
    number: str
    clause: str
    text: str

    @property
    def name(self) -> str:
        """The document with its number, unless its title has that already."""
        said_already = not self.number or self.number in self.document
        return self.document if said_already else f"{self.document}（{self.number}）"

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.clause) if part)


@dataclass(frozen=True)
class Voice:
    """A compiled method in one language."""

    plan: Plan
    language: Language = "zh"
    book: LawBook | None = None

    @property
    def in_force(self) -> Span:
        """The days in which the rule is in force."""
        method = self.plan.method
        return method.in_force if self.book is None else self.book.days_in_force(method)

    def say(self, phrase: str, **values: object) -> str:
        return say(phrase, self.language, **{"of": one_or_more(self.counted, values.get("count")), **values})

    @property
    def counted(self) -> str:
        """What whom the rule evaluates is counted in, more than one of them: firms (家), or anything else (个)."""
        return self.pick(*(("家", "firms") if self.plan.subject == "enterprise" else ("个", "subjects")))

    def listed(self, parts: Iterable[str]) -> str:
        return listed(list(parts), self.language)

    def joined(self, parts: Iterable[str]) -> str:
        return joined(list(parts), self.language)

    def pick(self, zh: str, en: str, otherwise: str = "") -> str:
        """Choose a title by language, the other one where it is empty."""
        first, second = (zh, en) if self.language == "zh" else (en, zh)
        return first or second or otherwise

    @property
    def labels(self) -> dict[str, str]:
        """Every name's label."""
        return {name: self.label(name) for name in self.plan.labels}

    def label(self, name: str) -> str:
        """A name's label; for points, nodes and criteria their title."""
        own = self.plan.contracts.get(self.plan.method.evaluates.table)
        if name in self.plan.method.benchmarks and own is not None and name in own.column_names:
            column = own.column(name)
            return self.pick(column.title, column.title_en, name)
        if name in self.plan.labels:
            return self.pick(*self.plan.labels[name], name)
        score = self.score_title(name)
        if score:
            return score
        for section in (self.plan.method.criteria, self.plan.method.requirements, self.plan.method.populations):
            if name in section:
                return self.pick(section[name].title, section[name].title_en, name)
        return name

    @property
    def who(self) -> str:
        """What the evaluated ones are called together: firms, or subjects where they are places or projects."""
        return self.say("who.firms" if self.plan.subject == "enterprise" else "who.subjects")

    def group_label(self, name: str) -> str:
        """What firms of one group share: the thing that a column of codes names (同一区县, 同一行业), not its code."""
        if name == "district":
            return self.say("group.district")
        return self.label(name).removesuffix(self.say("group.code"))

    def population_title(self, name: str) -> str:
        """The title of a population, even where a column or set of codes has the same name."""
        one = self.plan.method.populations.get(name)
        return self.label(name) if one is None else self.pick(one.title, one.title_en) or self.label(name)

    def status(self, status: object, population: str, grade: object) -> str:
        """Say what became of a subject; one that a rule without grades took part of was only evaluated, and one whose
        grade is open took part without being graded."""
        if status == "graded" and self.plan.grade(population) is None:
            return self.say("status.evaluated")
        return self.say("status.open" if status == "graded" and grade is None else f"status.{status}")

    def grade_reason(self, reason: object) -> str:
        """Say why a subject has no grade, or a lower one than others behind it; empty where nothing is to be said."""
        kind, _, grade = str(reason or "").partition(":")
        return self.say(f"grade.{kind}", grade=grade) if kind in _WHY_GRADED_SO else ""

    def part_title(self, name: str) -> str:
        """The title of a criterion or requirement, even where a column has the same name."""
        for section in (self.plan.method.criteria, self.plan.method.requirements):
            if name in section:
                return self.pick(section[name].title, section[name].title_en) or self.label(name)
        return self.label(name)

    def benchmark_label(self, name: str) -> str:
        """A benchmark's title; where it has none, which end of the cohort it is, or just "benchmark"."""
        one = self.plan.method.benchmarks[name]
        told = ("min", "max") if self.language == "zh" else ("min", "max", "mean", "median")
        named = one.statistic is not None and one.statistic.take in told
        said = self.say(f"statistic.{one.statistic.take}" if named and one.statistic else "rule.benchmark")
        return (one.title if self.language == "zh" else one.title_en) or said

    def score_title(self, item: str) -> str:
        """The title of a scored item; empty where there is none of that name."""
        for scores in self.plan.method.scores.values():
            if item in scores:
                return self.pick(scores[item].title, scores[item].title_en) or self.label(scores[item].measure or item)
        return ""

    def formula(
        self,
        path: str,
        values: Mapping[str, str] | None = None,
        table: str | None = None,
        known: Mapping[str, Exact] | None = None,
    ) -> str:
        """Say the formula at a path of the method, with a subject's own numbers where given.

        `known` are the same numbers exactly, by which a choice is said as the branch that it takes. `table` is the
        table whose rows the formula reads, where that is not the evaluated one.
        """
        typed = self.plan.formulas[path]
        labels = self.labels | ({} if table is None else self._columns(table) | self._earlier(path, table))
        if values is None:  # beside a subject's own numbers every number is said anyway
            labels |= {name: self._with_number(name) for name in typed.given & self.plan.parameters.keys()}
        said = words(typed, labels, values, self.language, known)
        for name in sorted(typed.names):
            for value, title in self.categories(name, table):
                said = said.replace(f"“{value}”", f"“{title}”")
        return re.sub("“([a-z0-9.-]+)”", lambda found: f"“{self.method_title(found[1])}”", said)

    def _with_number(self, name: str) -> str:
        """A dated number of the law book with its value, so that a limit stands where it is compared."""
        value, unit = self.plan.parameters[name]
        return self.say("numbered", label=self.label(name), number=with_unit(number_text(value), unit, self.language))

    def method_title(self, id_: str) -> str:
        """The title of a method; other texts as they are."""
        if self.book is None or not self.book.has("method", id_):
            return id_
        found = self.book.method(id_)
        return self.pick(found.title, found.title_en, id_)

    def parameter_title(self, id_: str | None) -> str:
        """The title of the parameter that a value's id belongs to."""
        for one in self.book.objects("parameter") if self.book is not None and id_ else ():
            if id_ == one.id or (id_ or "").startswith(f"{one.id}."):
                return self.pick(one.model.title, one.model.title_en, one.id)
        return id_ or ""

    def taxonomy_title(self, id_: str) -> str:
        """The title of a taxonomy."""
        view = self._taxonomy(id_)
        return id_ if view is None else self.pick(view.model.title, view.model.title_en, id_)

    def class_title(self, taxonomy: str, code: str) -> str:
        """A class of a taxonomy by code and name; a code that is only a key of its pack is left out."""
        view = self._taxonomy(taxonomy)
        known = None if view is None else view.codes.get(code)
        if known is None:
            return code
        name = self.pick(known.name, known.name_en or "")
        return name if code.islower() else f"{code} {name}"

    def digits(self, digits: int) -> str:
        """Say to how many decimals something is rounded."""
        return self.say("digits", digits=digits) if digits else self.say("digits_none")

    def _columns(self, table: str) -> dict[str, str]:
        contract = self.plan.contracts.get(table)
        fields = () if contract is None else contract.fields
        return {column.name: self.pick(column.title, column.title_en, column.name) for column in fields}

    def _earlier(self, path: str, table: str) -> dict[str, str]:
        """What a rollup calls the figures of earlier rows."""
        section, name, *_ = path.split(".")
        one = self.plan.method.inputs[name].rollup if section == "inputs" else None
        titles = self._columns(table)
        return {
            own: self.say("beside", column=titles.get(beside.column, beside.column), count=beside.earlier)
            for own, beside in (one.beside.items() if one is not None else ())
        }

    def categories(self, name: str, table: str | None = None) -> list[tuple[str, str]]:
        """The values of a column of a closed set, with the words departments write for them; of populations, titles."""
        if name == "population" and table is None:
            return [(one, self.population_title(one)) for one in self.plan.method.populations]
        which, column = self._where(name, table)
        contract = self._contract(which)
        if contract is None or column not in contract.column_names:
            return []
        return [(each.value, self.pick(each.title, each.title_en)) for each in contract.column(column).categories]

    def _where(self, name: str, table: str | None = None) -> tuple[str, str]:
        """The table and column that a name reads."""
        one = self.plan.method.inputs.get(name) if table is None else None
        written, dot, column = ((one.column if one is not None else None) or name).rpartition(".")
        return table or (written if dot else self.plan.method.evaluates.table), column

    def _contract(self, table: str) -> TableContract | None:
        known = self.plan.contracts.get(table)
        if known is None and self.book is not None and table in self.book.tables:
            return self.book.table(table)
        return known

    def holds_several(self, name: str) -> bool:
        """Tell whether a column's cell may name several values: all but a closed set that takes one of them."""
        table, column = self._where(name)
        contract = self._contract(table)
        known = contract.column(column) if contract is not None and column in contract.column_names else None
        return known is None or known.delimiter is not None or not known.categories

    def coded(self, name: str, code: object) -> str:
        """Say the value of a name that holds codes by its title: 船舶制造（3731）; other values as they are.

        A place goes by its name alone, which every officer knows better than its code.
        Populations are said by their title, values of a closed set by the word departments write for them.
        """
        text, title = str(code), self.titled(name, code)
        view = self.classification(name)
        is_code = view is not None and text in view.codes and self._category(name, text) is None
        is_place = view is not None and view.model.id.endswith(".districts")
        return self.say("coded", title=title, code=text) if is_code and not is_place else title

    def titled(self, name: str, code: object) -> str:
        """Say the value of a name that holds codes by its title alone, as within a sentence: 江北区."""
        text, view = str(code), self.classification(name)
        known = None if view is None else view.codes.get(text) or self._formerly(view, text)
        return self._category(name, text) or (text if known is None else self.pick(known.name, known.name_en or ""))

    def _formerly(self, view: View, code: str) -> TaxonomyCode | None:
        """A code that is no more, such as a district merged during the year, which departments still report."""
        assert self.book is not None
        return self.book.taxonomy(view.model.id).on(None).codes.get(code)

    def _category(self, name: str, text: str) -> str | None:
        return next((title for value, title in self.categories(name) if value == text), None)

    def _register(self) -> TableContract | None:
        """The contract of the register of firms, whose codes stand beside what any table says of a firm."""
        if self.book is None or self.plan.subject != _FIRM or not self.book.has("table", _FIRM):
            return None
        return self.book.table(_FIRM)

    def classification(self, name: str) -> View | None:
        """The taxonomy of the codes of a column or input, as it stood at the period's end; None for other names.

        The contract names it, or the one of the register of firms; where neither does, a region's pack does by the
        ending of the taxonomy's id (`chongqing.districts` for the column district).
        """
        if self.book is None:
            return None
        table, column = self.plan.method.evaluates.table, name
        one = self.plan.method.inputs.get(name)
        if one is not None and one.ancestor is not None:
            return self._taxonomy(one.ancestor.taxonomy)
        if one is not None:
            if one.column is None:
                return None
            table, column = split_column(one.column, table)
        for contract in (self.plan.contracts.get(table), self._register()):
            known = contract.column(column) if contract is not None and column in contract.column_names else None
            if known is not None and known.taxonomy is not None:
                return self._taxonomy(known.taxonomy)
        regional = (each.id for each in self.book.objects("taxonomy") if each.id.endswith(f".{column}s"))
        found = next(regional, None)
        return None if found is None else self._taxonomy(found)

    def _taxonomy(self, id_: str) -> View | None:
        if self.book is None or not self.book.has("taxonomy", id_):
            return None
        return self.book.taxonomy(id_).on(self.plan.period.last)

    def unit(self, name: str) -> Unit | None:
        """The unit of a name; None where it is no number."""
        kind = self.plan.names.get(name)
        return kind.unit if isinstance(kind, NumberType) else None

    def fixed_text(self, fixed: FixedBenchmark, unit: Unit | None = None) -> str:
        """Write a fixed benchmark without the zeros behind its last digit."""
        text = scaled_text(fixed.scaled, fixed.digits)
        return with_unit(text.rstrip("0").rstrip(".") if "." in text else text, unit, self.language)

    def table(self, id_: str) -> str:
        """The title of a table."""
        contract = self.plan.contracts.get(id_)
        return id_ if contract is None else self.pick(contract.title, contract.title_en, id_)

    def clause(self, clause: str | None, document: str | None = None) -> ClauseText | None:
        """Find a clause: `id` in the method's document, or `document#id` in another."""
        if not clause:
            return None
        there, _, id_ = clause.rpartition("#")
        where = there or document or self.plan.method.document or ""
        if self.book is None or not where or not self.book.has("document", where):
            return ClauseText(where, "", id_, "")
        found = self.book.document(where)
        known = found.clauses.get(id_)
        title = self.pick(found.title, found.title_en)
        named, text = (known.title or id_, known.text) if known is not None else (id_, "")
        return ClauseText(title, found.number or "", named, text)
