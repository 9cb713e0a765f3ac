"""The printed rule: a method as Markdown that an officer reads as the rule, and the pages of all methods of a book."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.compiling.plan import BENCHMARK, Plan, all_scores
from jiqun.methods.wording.about import about_facts, dated_rows
from jiqun.methods.wording.data import data_lines
from jiqun.methods.wording.figures import benchmark_words, benchmarks_of, input_words, prepared_words
from jiqun.methods.wording.grading import (
    ceiling_words,
    criterion_words,
    entitlement_words,
    exception_words,
    grade_words,
    move_words,
    requirement_words,
    shared_budget_words,
)
from jiqun.methods.wording.indicators import Held, Indicator, birth, indicator_groups
from jiqun.methods.wording.markdown import Row, table
from jiqun.methods.wording.phrases import say
from jiqun.methods.wording.scores import common_end, score_words
from jiqun.methods.wording.titles import title_rows
from jiqun.methods.wording.totals import addition_lines, node_words, total_words
from jiqun.methods.wording.voice import Voice
from jiqun.packs import LawBook, TableContract
from jiqun.packs.models.base import Completeness
from jiqun.packs.models.method import ALL, Method, Population, Score
from jiqun.problems import Language, ProblemsError
from jiqun.values import Period, unit_said


def rule_text(
    method: Method,
    book: LawBook | None,
    language: Language = "zh",
    period: Period | int | str | None = None,
    contracts: Mapping[str, TableContract] | None = None,
) -> str:
    """Write a method as Markdown, with the numbers of a period (the latest one that has all of them, if left out).

    Raises ProblemsError where the method does not compile in that period.
    """
    return plan_text(newest_plan(method, book, period, contracts), book, language)


def newest_plan(
    method: Method,
    book: LawBook | None,
    period: Period | int | str | None = None,
    contracts: Mapping[str, TableContract] | None = None,
) -> Plan:
    """Compile a method for a period, or the latest that has all of its numbers; ProblemsError where none has."""
    periods = [period] if period is not None else candidate_years(method, book)
    for one in periods[:-1]:
        try:
            return compile_method(method, one, book=book, contracts=contracts)
        except ProblemsError:
            continue
    return compile_method(method, periods[-1], book=book, contracts=contracts)


def candidate_years(method: Method, book: LawBook | None) -> list[int]:
    """The years that a method's own dates and its parameters' dates name, latest first; its first year comes last."""
    span = method.in_force if book is None else book.days_in_force(method)
    days = [span.to, span.from_]
    for id_ in [] if book is None else _parameter_ids(method, book):
        days += [day for one in book.parameter_series(id_) for day in (one.from_, one.to)]  # type: ignore[union-attr]
    years = sorted({day.year for day in days if day is not None}, reverse=True)
    edition = method.edition or ""
    return years or [int(edition) if edition.isdigit() and len(edition) == 4 else 2025]


def _parameter_ids(method: Method, book: LawBook) -> Iterator[str]:
    dated = [one for one in method.benchmarks.values() if one.on is None]  # the others say their day themselves
    wanted = {one.parameter for one in dated} | {one.parameter for one in method.inputs.values()}
    prefixes = tuple(f"{one.lookup.parameter}." for one in dated if one.lookup is not None)
    for id_ in book.parameter_ids:
        if id_ in wanted or (prefixes and id_.startswith(prefixes)):
            yield id_


def plan_text(plan: Plan, book: LawBook | None, language: Language = "zh") -> str:
    """Write a compiled method as Markdown."""
    text = "\n".join(_Page(Voice(plan, language, book)).lines())
    return _quotes_within(re.sub(r"\n{3,}", "\n\n", text)) + "\n"


def _quotes_within(text: str) -> str:
    """Write quotes inside quotes as single ones: “重点‘小巨人’企业条件”."""
    depth, written = 0, []
    for sign in text:
        depth = 0 if sign == "\n" else depth - (sign == "”")
        written.append({"“": "‘", "”": "’"}.get(sign, sign) if depth > 0 else sign)
        depth = max(depth, 0) + (sign == "“")
    return "".join(written)


class _Page:
    """Writes one rule; every row of a number says where the number stands."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.method = voice.plan.method
        self.marks: Counter[str] = Counter()

    def lines(self) -> Iterator[str]:
        yield f"# {self.voice.pick(self.method.title, self.method.title_en)}"
        yield ""
        if self.method.description:
            yield from (self.method.description, "")
        yield from self._about()
        sections: list[tuple[str, Iterable[str]]] = [
            ("scope", self._scope()),
            ("special", self._special()),
            ("codes", self._codes()),
            ("inputs", self._named("inputs", input_words)),
            ("indicators", self._indicators()),
            ("dated", self._dated()),
            ("measures" if self.method.scores else "figures", self._unscored()),
            ("prepared", self._prepared()),
            ("held_against", self._held_against()),
            ("points", self._points()),
            ("nodes", self._named("nodes", node_words)),
            ("total", self._totals()),
            ("criteria", self._named("criteria", criterion_words)),
            ("requirements", self._named("requirements", requirement_words)),
            ("grades", self._grades()),
            ("moves", self._named("moves", move_words)),
            ("entitlements", self._named("entitlements", entitlement_words)),
            ("ceilings", self._named("ceilings", ceiling_words)),
            ("budgets", self._named("budgets", shared_budget_words)),
            ("titles", self._rows(title_rows(self.voice))),
            ("data", data_lines(self.voice)),
            ("doubts", (f"{index}. {doubt}" for index, doubt in enumerate(self.method.doubts, start=1))),
        ]
        for key, section in sections:
            content = list(section)
            if content:
                yield from (f"## {self.voice.say(f'rule.{key}')}", "", *content, "")
        yield from (f"## {self.voice.say('rule.marks')}", "")
        counts = {kind: self.marks[kind] for kind in ("complete", "partial", "illustrative")}
        yield from (self.voice.say("rule.marks_line", **counts), "", self.voice.say("rule.marks_note"))

    def _about(self) -> Iterator[str]:
        say = self.voice.say
        facts = about_facts(self.voice)
        yield from table(
            (say("rule.name"), say("rule.how")), [(say(f"rule.{key}"), text) for key, text in facts.items()]
        )
        yield ""

    # --- rows

    def _clause(self, clause: str | None) -> str:
        found = self.voice.clause(clause)
        elsewhere = "#" in (clause or "")  # of another document: that is named too
        return "" if found is None else str(found) if elsewhere else found.clause

    def _mark(self, clause: str | None, completeness: Completeness | None = None) -> str:
        """Say where a number stands: a part with a clause is in the document, one without is inferred."""
        kind = birth(self.voice, clause, completeness)
        self.marks[kind] += 1
        return self.voice.say(f"mark.{kind}")

    def _rows(
        self, rows: Iterable[tuple[str, str, str | None]], sure: Sequence[Completeness | None] = ()
    ) -> Iterator[str]:
        """Write name, content, clause and mark; `sure` says how sure a row is where its clause does not."""
        head = tuple(self.voice.say(f"rule.{key}") for key in ("name", "how", "clause", "mark"))
        found = [
            (name, content, self._clause(clause), self._mark(clause, own))
            for (name, content, clause), own in zip_longest(rows, sure)
        ]
        if found:
            yield from table(head, found)

    def _named(self, section: str, speak: object) -> Iterator[str]:
        parts, voice = getattr(self.method, section), self.voice
        assert callable(speak)
        titles = {name: voice.pick(one.title, one.title_en) or voice.label(name) for name, one in parts.items()}
        rows = ((titles[name], speak(voice, name), one.clause) for name, one in parts.items())
        yield from self._rows(rows, [getattr(one, "completeness", None) for one in parts.values()])

    # --- sections

    def _scope(self) -> Iterator[str]:
        yield from self._rows(
            (self.voice.population_title(name), self._who(name, one), one.clause)
            for name, one in self.method.populations.items()
        )
        if len(self.method.populations) > 1:
            yield from ("", self.voice.say("rule.first_fits"))

    def _who(self, name: str, one: Population) -> str:
        everybody = f"{self.voice.plan.subject} is not missing"
        if " ".join(one.where.split()) == everybody:
            return self.voice.say("everybody", table=self.voice.table(self.method.evaluates.table))
        return self.voice.formula(f"populations.{name}.where")

    def _special(self) -> Iterator[str]:
        yield from self._rows(
            (self.voice.pick(one.title, one.title_en), exception_words(self.voice, name), one.clause)
            for name, one in self.method.exceptions.items()
        )

    def _codes(self) -> Iterator[str]:
        yield from self._rows(
            (
                one.title or name,
                self.voice.say(
                    "codes",
                    taxonomy=self.voice.taxonomy_title(one.taxonomy),
                    codes=self.voice.listed(self.voice.class_title(one.taxonomy, code) for code in one.under),
                ),
                one.clause,
            )
            for name, one in self.method.classes.items()
        )

    def _heading(self, key: str) -> str:
        return self.voice.say("rule.all_populations") if key == ALL else self.voice.population_title(key)

    def _indicators(self) -> Iterator[str]:
        keys = ("item", "formula", "unit", "digits", "weight", "benchmark", "clause", "mark")
        for group in indicator_groups(self.voice):
            rows = [self._indicator(one) for one in group.indicators]
            if group.sum:
                rows.append((self.voice.say("rule.sum"), "", "", "", group.sum, "", "", ""))
            named = [one if one != "weight" or not group.is_share else "share" for one in keys]
            head = tuple(self.voice.say(f"rule.{one}") for one in named)
            yield from (f"### {group.heading}", "", *table(head, rows), "")

    def _indicator(self, one: Indicator) -> Row:
        held = self.voice.joined(self._held(each) for each in one.held)
        clause, mark = self._clause(one.clause), self._mark(one.clause, one.completeness)
        return one.title, one.formula, one.unit, one.digits, one.weight, held, clause, mark

    def _held(self, one: Held) -> str:
        clause = self._clause(one.clause)
        return self.voice.say("missing.clause", said=one.words, clause=clause) if clause else one.words

    def _dated(self) -> Iterator[str]:
        rows = list(dated_rows(self.voice, dict(self._parameters())))
        yield from self._rows([row[:3] for row in rows], [row[3] for row in rows])

    def _parameters(self) -> Iterator[tuple[str, str]]:
        """The dated numbers that the rule reads, each with what the rule calls it."""
        pick, colon = self.voice.pick, self.voice.say("colon")
        for name, one in self.method.inputs.items():
            if one.parameter is not None:
                yield one.parameter, pick(one.title, one.title_en) or self.voice.label(name)
        for key, scores in self.method.scores.items():
            whose = "" if key == ALL else f"{self._heading(key)}{colon}"
            for item, score in scores.items():
                for held in (self.method.benchmarks[name] for name in benchmarks_of(score)):
                    if held.parameter is not None and held.on is None:
                        yield held.parameter, f"{whose}{self.voice.score_title(item)}"

    def _prepared(self) -> Iterator[str]:
        """How measures are treated; the steps that all of them end with are said once."""
        join, colon = self.voice.say("clauses_join"), self.voice.say("colon")
        whole = {name: prepared_words(self.voice, name) for name in self.method.prepared}
        said = {name: words.replace(colon, join, 1).split(join) for name, words in whole.items()}
        same = common_end(list(said.values()))

        def own(_: Voice, name: str) -> str:
            whose, *steps = said[name][: len(said[name]) - same]
            return colon.join([whose, join.join(steps)]) if steps else whose

        yield from self._named("prepared", own)
        if same:
            yield ""
            yield self.voice.say("points.together", clauses=join.join(next(iter(said.values()))[-same:]))

    def _unscored(self) -> Iterator[str]:
        """Measures that criteria, grades and other measures read but no score holds."""
        plan, method = self.voice.plan, self.method
        scored = {plan.measure_of(item, one) for scores in method.scores.values() for item, one in scores.items()}
        head = tuple(self.voice.say(f"rule.{key}") for key in ("item", "formula", "unit", "digits", "clause", "mark"))
        rows = [
            (
                self.voice.label(name), self.voice.formula(f"measures.{name}.formula"),
                unit_said(one.unit, self.voice.language), str(one.digits),
                self._clause(one.clause), self._mark(one.clause),
            )
            for name, one in method.measures.items()
            if name not in scored
        ]  # fmt: skip
        if rows:
            yield from table(head, rows)

    def _held_against(self) -> Iterator[str]:
        """Benchmarks that no score names: formulas read them (above the mean of the industry)."""
        voice, method = self.voice, self.method
        said = {name for _, _, score in all_scores(method) for name in benchmarks_of(score)}
        said |= {
            one.statistic.otherwise for one in method.benchmarks.values() if one.statistic and one.statistic.otherwise
        }
        rows = [
            (voice.label(f"{name}{BENCHMARK}"), benchmark_words(voice, name), one.clause)
            for name, one in method.benchmarks.items()
            if name not in said and one.statistic is not None
        ]
        yield from self._rows(rows)

    def _points(self) -> Iterator[str]:
        for key, scores in self.method.scores.items():
            said = {item: self._item_clauses(key, item, score) for item, score in scores.items()}
            same = common_end(list(said.values()))
            join, colon = self.voice.say("clauses_join"), self.voice.say("colon")
            lines = [
                f"- {self.voice.score_title(item)}{colon}{join.join(clauses[: len(clauses) - same])}"
                for item, clauses in said.items()
            ]
            if same:
                shared = join.join(next(iter(said.values()))[-same:])
                lines += ["", self.voice.say("points.together", clauses=shared)]
            yield from (f"### {self._heading(key)}", "", *lines, "")

    def _item_clauses(self, key: str, item: str, score: Score) -> list[str]:
        """What is said of an item, clause by clause; its own title is not said twice."""
        words = score_words(self.voice, f"scores.{key}.{item}", item, score)
        words = words.removeprefix(f"{self.voice.score_title(item)}{self.voice.say('colon')}")
        return [*words.split(self.voice.say("clauses_join")), self.voice.digits(score.digits)]

    def _totals(self) -> Iterator[str]:
        for key, total in self.method.totals.items():
            inside = key if key != ALL else next(iter(self.method.populations))
            yield from (f"### {self._heading(key)}", "")
            yield from self._rows([(self.voice.label("total"), total_words(self.voice, inside), total.clause)])
            yield ""
            for kind in ("bonuses", "deductions"):
                lines = addition_lines(self.voice, inside, kind)
                if lines:
                    yield from (f"**{self.voice.say(f'rule.{kind}')}**", "", *(f"- {line}" for line in lines), "")

    def _grades(self) -> Iterator[str]:
        yield from self._rows(
            (
                (
                    self._heading(key),
                    grade_words(self.voice, one),
                    one.clause or (one.quota.clause if one.quota else None),
                )
                for key, one in self.method.grades.items()
            ),
            [one.completeness for one in self.method.grades.values()],
        )


def pages(book: LawBook) -> dict[str, str]:
    """Write the page of every method of a book, by file name, in both languages, and an index."""
    found: dict[str, str] = {}
    index = []
    endings: dict[Language, str] = {"zh": "md", "en": "en.md"}
    for one in book.objects("method"):
        assert isinstance(one.model, Method)
        stem = f"{one.id}{f'.{one.model.edition}' if one.model.edition else ''}"
        for language, ending in endings.items():
            text = rule_text(one.model, book, language)
            found[f"{stem}.{ending}"] = f"<!-- {say('rule.generated', language)} -->\n\n{text}"
        index.append(f"- [{one.model.title}]({stem}.md) · [{one.model.title_en}]({stem}.en.md)")
    found["README.md"] = "\n".join(["# 办法 · Methods", "", *index, ""])
    return found


def write_pages(book: LawBook, folder: Path) -> tuple[Path, ...]:
    """Write the pages of all methods into a folder; ProblemsError where a method does not compile."""
    folder.mkdir(parents=True, exist_ok=True)
    written_files = []
    for name, text in pages(book).items():
        path = folder / name
        path.write_text(text, "utf-8")
        written_files.append(path)
    return tuple(written_files)
