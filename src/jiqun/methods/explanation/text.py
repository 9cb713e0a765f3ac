"""An explanation as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiqun.methods.explanation.model import Explanation, FigureLine, InputLine, ItemLine, LineOfClass
from jiqun.methods.wording.phrases import joined, listed, one_or_more, say
from jiqun.methods.wording.voice import ClauseText
from jiqun.problems import Language
from jiqun.values import Period, Unit


def render_text(explanation: Explanation, language: Language | None = None) -> str:
    """Write an explanation as plain text; the language is the one it was made in."""
    return "\n".join(_Writer(explanation, language or explanation.language).lines()) + "\n"


class _Writer:
    def __init__(self, explanation: Explanation, language: Language) -> None:
        self.e = explanation
        self.language = language
        self.cited: set[ClauseText] = set()

    def say(self, phrase: str, **values: object) -> str:
        return say(phrase, self.language, **{"of": one_or_more(self.e.counted, values.get("count")), **values})

    def lines(self) -> Iterator[str]:
        e = self.e
        who = self.say("why.who", name=e.name, subject=e.subject) if e.name else e.subject
        when = Period.parse(e.period).words(self.language)
        yield self.say("why.title", who=who, period=when, method=e.method)
        if not e.official:
            yield self.say("why.trial") + (self.say("why.tried", tried=e.tried) if e.tried else "")
        elif e.signed:
            yield self.say("why.official", signed=e.signed)
        yield from e.results
        yield f"{e.status_words}{self.say('colon')}{e.population}" if e.population else e.status_words
        if e.status_reason:
            yield e.status_reason
        if e.status in ("graded", "scored"):
            yield self._result()
            yield from self._section("why.lines", (self._line(line) for line in e.lines))
            yield from self._section("why.figures", (text for one in e.figures for text in self._figure(one)))
            yield from self._section("why.items", (text for item in e.items for text in self._item(item)))
            yield from self._section("why.additions", self._additions())
            yield from self._section("why.criteria", self._criteria())
            yield from self._section("why.moves", self._moves())
            yield from self._section("why.entitlements", self._entitlements())
        yield from self._section("why.unknown", e.unknown)
        if e.refereed:
            yield self.say("why.refereed", names=listed(e.refereed, self.language))

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        content = list(lines)
        if content:
            yield ""
            yield self.say(title)
            yield from (f"  {line}" for line in content)

    def _result(self) -> str:
        e = self.e
        grade = e.grade
        if grade is None and e.treated_as is not None:
            grade = self.say("why.treated_as", grade=e.treated_as)
        elif grade is None:
            grade = self.say("why.no_grade", reason=e.grade_reason)
        parts = [self.say("why.result", grade_title=e.grade_title, grade=grade)] if e.grade_title else []
        if e.total is not None:
            parts.append(self.say("why.total", total=e.total))
        elif e.total_words:
            parts.append(self.say("why.total_unknown"))
        if e.rank is not None and e.pool_size is not None:
            parts.append(self.say("why.rank", pool=e.pool, rank=e.rank, size=e.pool_size))
        if e.grade is not None and e.grade_reason:
            parts.append(e.grade_reason)
        return joined([*parts, self._clause(e.grade_clause)], self.language)

    def _line(self, line: LineOfClass) -> str:
        if line.value is None:
            said = self.say("why.line_without", grade=line.grade, count=line.count)
        else:
            value = self.say("why.line_made", value=line.said, made=line.made) if line.made else line.said
            key = f"why.cut_{line.past}" if line.past else "why.cut" if line.is_cut else "why.line"
            said = self.say(key, grade=line.grade, count=line.count, value=value)
        said = self.say("why.part", part=line.part, line=said) if line.part else said
        if line.own:
            return said + self.say("why.own")
        if line.distance is None or line.value is None:
            return said
        if line.distance.startswith("-"):
            key = "why.better" if line.is_cut else "why.above"
            return said + self.say(key, distance=line.distance[1:])
        return said + self.say("why.lacks", distance=line.distance)

    def _clause(self, clause: ClauseText | None) -> str:
        if clause is None:
            return ""
        if clause.text and clause not in self.cited:  # what it says is said once
            self.cited.add(clause)
            return self.say("why.clause_text", clause=str(clause), text=clause.text)
        return self.say("why.clause", clause=str(clause))

    def _item(self, item: ItemLine) -> Iterator[str]:
        yield f"{item.title}{self.say('colon')}{joined([item.measure_words, item.points_words], self.language)}"
        for benchmark in item.benchmarks:
            value = benchmark.value or self.say("unknown")
            cohort = self.say("why.cohort", cohort=benchmark.cohort) if benchmark.cohort else ""
            words = joined([benchmark.mark, benchmark.words, cohort], self.language)
            yield "  " + self.say("why.benchmark", label=benchmark.label, value=value, words=words)
        if item.bounds:
            yield "  " + joined(item.bounds, self.language)
        if item.missing and item.measure_words:
            yield "  " + self.say("why.missing", names=listed(item.missing, self.language))
        if item.undefined and item.measure_words:
            yield f"  {item.undefined}"
        yield from self._inputs(item.inputs)
        if item.clause is not None:
            yield "  " + self._clause(item.clause)

    def _figure(self, figure: FigureLine) -> Iterator[str]:
        yield figure.words
        if figure.missing:
            yield "  " + self.say("why.missing", names=listed(figure.missing, self.language))
        if figure.undefined:
            yield f"  {figure.undefined}"
        yield from self._inputs(figure.inputs)
        if figure.clause is not None:
            yield "  " + self._clause(figure.clause)

    def _inputs(self, lines: Iterable[InputLine]) -> Iterator[str]:
        for line in lines:
            value = line.value or self.say("unknown")
            value = Unit.parse(line.unit).behind(value, self.language) if line.unit and line.value else value
            if line.assumed:
                yield "  " + self.say("why.assumed", label=line.label, value=value)
            elif line.source is not None:
                yield "  " + self.say("why.source", label=line.label, value=value, source=line.source)

    def _additions(self) -> Iterator[str]:
        for line in self.e.additions:
            if line.unknown:
                yield self.say("why.addition_unknown", title=line.title)
                continue
            points = line.points or self.say("unknown")
            words = joined([line.words, self._clause(line.clause)], self.language)
            yield self.say("why.addition", title=line.title, points=points, words=words)

    def _criteria(self) -> Iterator[str]:
        idle = [line.title for line in self.e.criteria if line.verdict == "not_applicable"]
        for line in (one for one in self.e.criteria if one.verdict != "not_applicable"):
            said = self.say("why.criterion", title=line.title, verdict=line.verdict_words, words=line.words)
            lacking = self.say("why.lacking", lacking=line.lacking) if line.lacking else ""
            missing = self.say("why.missing", names=listed(line.missing, self.language)) if line.missing else ""
            clause = self._clause(line.clause)
            yield joined([said, lacking, missing, line.undefined, clause], self.language)
            yield from (f"  {working}" for working in line.workings)
            yield from self._inputs(line.inputs)
        if idle:
            yield self.say("why.not_applicable", names=listed(idle, self.language))

    def _moves(self) -> Iterator[str]:
        for line in self.e.moves:
            nothing = self.say("why.nothing")
            parts = {"from_": line.from_grade or nothing, "to": line.to_grade or nothing}
            said = self.say("why.move", order=line.order, title=line.title, reason=line.reason, **parts)
            document = self.say("why.document", document=line.document) if line.document else ""
            yield joined([said, document, self._clause(line.clause)], self.language)

    def _entitlements(self) -> Iterator[str]:
        for line in self.e.entitlements:
            unit = Unit.parse(line.unit)
            amount = "" if line.amount is None else unit.behind(line.amount, self.language)
            asked = "" if line.asked is None else unit.behind(line.asked, self.language)
            if asked and line.amount is not None:
                amount = self.say("why.asked", amount=amount, asked=asked)
            key = "why.entitlement_open" if asked and line.amount is None else "why.entitlement"
            parts = {"title": line.title, "effect": line.effect, "state": line.state_words}
            said = self.say(key, **parts, amount=amount, asked=asked).rstrip()
            missing = self.say("why.missing", names=listed(line.missing, self.language)) if line.missing else ""
            yield joined([said, missing, self._clause(line.clause)], self.language)
            yield from (f"  {working}" for working in line.workings)
            yield from self._inputs(line.inputs)
