"""The reading in words: a formula as a person would write it, with labels and the subject's own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeGuard

from jiqun.expressions import nodes
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.nodes import Typed, TypedNode
from jiqun.expressions.types import BooleanType, Exact, NumberType, TextType, Type
from jiqun.problems import Language
from jiqun.values import decimal_text, filled

# how tightly a form binds: a part that binds less tightly than its place asks for gets brackets
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)

_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_PHRASES: dict[Language, dict[str, str]] = {
    "zh": {
        "and": "且",
        "or": "或",
        "not": "并非",
        "not so": "“{item}”为否",
        "own": "（{value}）",
        "itself taken as true": "（为空的，算是）",
        "itself taken as false": "（为空的，算否）",
        "taken as true": "{then}（{item}为空的，算是）",
        "taken as false": "{then}（{item}为空的，算否）",
        "in": "{item} 属于 {group}",
        "not in": "{item} 不属于 {group}",
        "in list": "{item} 为{group}之一",
        "not in list": "{item} 不是{group}中的任何一个",
        "is": "{left} 为{right}",
        "is not": "{left} 不是{right}",
        "years reached": "自 {first} 至 {second} 满 {years}",
        "years not reached": "自 {first} 至 {second} 不满 {years}",
        "missing": "{item} 为空",
        "not missing": "{item} 不为空",
        "absent": "缺失",
        "unknown": "未知",
        "choice": "若 {test}，则 {then}，否则 {otherwise}",
        "taken": "{said}（因 {test}）",
        "taken of several": "{said}（因 {test}；另外 {count} 种情形不适用）",
        "not taken": "{said}（因不符合 {test}）",
        "none taken": "{said}（另有规定的 {count} 种情形都不符合）",
        "open": "{count} 种情形取哪一种不明，先看 {test}",
        "count": "下列各项中符合的个数({items})",
        "min": "最小值({items})",
        "max": "最大值({items})",
        "abs": "绝对值({items})",
        "floor": "向下取整({items})",
        "ceil": "向上取整({items})",
        "round": "四舍五入({items}，{digits} 位小数)",
        "root": "{degree} 次方根({items})",
        "root 2": "平方根({items})",
        "power": "({first})的({second})次方",
        "ln": "自然对数({items})",
        "segments": "分段累进({item}：{parts})",
        "first segment": "{end} 以内的部分按 {rate}",
        "segment": "{start} 至 {end} 的部分按 {rate}",
        "last segment": "超过 {start} 的部分按 {rate}",
        "years": "满年数(自 {first} 至 {second})",
        "months": "满月数(自 {first} 至 {second})",
        "months begun": "月数(自 {first} 至 {second}，不足一月按一月计)",
        "days": "天数(自 {first} 至 {second})",
        "working days": "工作日数(自 {first} 至 {second})",
        "comma": "、",
        "true": "是",
        "false": "否",
    },
    "en": {
        "and": "and",
        "or": "or",
        "not": "not",
        "not so": "not {item}",
        "own": " ({value})",
        "itself taken as true": " (yes where empty)",
        "itself taken as false": " (no where empty)",
        "taken as true": "{then} (yes where {item} is empty)",
        "taken as false": "{then} (no where {item} is empty)",
        "in": "{item} is one of {group}",
        "not in": "{item} is none of {group}",
        "in list": "{item} is one of ({group})",
        "not in list": "{item} is none of ({group})",
        "is": "{left} = {right}",
        "is not": "{left} ≠ {right}",
        "years reached": "full years(from {first} to {second}) ≥ {years}",
        "years not reached": "full years(from {first} to {second}) < {years}",
        "missing": "{item} is empty",
        "not missing": "{item} is not empty",
        "absent": "missing",
        "unknown": "unknown",
        "choice": "if {test} then {then}, otherwise {otherwise}",
        "taken": "{said} (as {test})",
        "taken of several": "{said} (as {test}; {count} other cases do not apply)",
        "not taken": "{said} (as not {test})",
        "none taken": "{said} (none of {count} other cases applies)",
        "open": "which of {count} cases applies is open, the first asks for {test}",
        "count": "how many of these hold({items})",
        "min": "min({items})",
        "max": "max({items})",
        "abs": "abs({items})",
        "floor": "floor({items})",
        "ceil": "ceil({items})",
        "round": "round({items}, {digits} decimals)",
        "root": "root of degree {degree}({items})",
        "root 2": "square root({items})",
        "power": "({first}) to the power of ({second})",
        "ln": "natural logarithm({items})",
        "segments": "progressive({item}: {parts})",
        "first segment": "{rate} of the part up to {end}",
        "segment": "{rate} of the part from {start} to {end}",
        "last segment": "{rate} of the part above {start}",
        "years": "full years(from {first} to {second})",
        "months": "full months(from {first} to {second})",
        "months begun": "months(from {first} to {second}, one begun counts)",
        "days": "days(from {first} to {second})",
        "working days": "working days(from {first} to {second})",
        "comma": ", ",
        "true": "yes",
        "false": "no",
    },
}


def words(
    typed: Typed,
    labels: Mapping[str, str],
    values: Mapping[str, str] | None = None,
    language: Language = "zh",
    known: Mapping[str, Exact] | None = None,
) -> str:
    """Say a formula in words.

    `labels` gives each name's label (the name itself where it has none). `values` gives the subject's own values as
    text without unit; the unit follows a number, and an empty text says that the value is missing. Of a choice that the
    `known` values decide, only the branch taken is said, and how many others there are.

    >>> from jiqun.expressions import NumberType, check, parse
    >>> from jiqun.values import Unit
    >>> names = {"tax": NumberType(Unit.parse("万元")), "land": NumberType(Unit.parse("亩"))}
    >>> formula = check(parse("tax / land"), names)
    >>> words(formula, {"tax": "评价税收", "land": "评价用地"}, {"tax": "1,472.36", "land": "64.50"})
    '评价税收 1,472.36 万元 ÷ 评价用地 64.50 亩'
    """
    return _Speaker(labels, values or {}, language, known or {}).say(typed.root)[0]


class _Speaker:
    def __init__(
        self, labels: Mapping[str, str], values: Mapping[str, str], language: Language, known: Mapping[str, Exact]
    ) -> None:
        self.labels = labels
        self.values = values
        self.known = known
        self.language, self.phrases = language, _PHRASES[language]

    def say(self, node: TypedNode) -> tuple[str, int]:
        """Return the words of a node and how tightly they bind."""
        match node:
            case nodes.Constant():
                return self._constant(node)
            case nodes.Named():
                return self._named(node), _ATOM
            case nodes.Converted(item=item):
                return self.say(item)
            case nodes.Sum(terms=terms) if all(sign > 0 and _counts_one(term) for sign, term in terms):
                tests = (term.test for _, term in terms if isinstance(term, nodes.Choice))
                items = self.phrases["comma"].join(self._within(test, _COMPARISON) for test in tests)
                return self._phrase("count", items=items), _ATOM
            case nodes.Sum(terms=terms):
                said = [self._within(term, _SUM if index == 0 else _PRODUCT) for index, (_, term) in enumerate(terms)]
                rest = (
                    f" {'+' if sign > 0 else '−'} {one}" for (sign, _), one in zip(terms[1:], said[1:], strict=True)
                )
                return said[0] + "".join(rest), _SUM
            case nodes.Product(left=left, right=right):
                return f"{self._within(left, _PRODUCT)} × {self._within(right, _SIGN)}", _PRODUCT
            case nodes.Quotient(left=left, right=right):
                return f"{self._within(left, _PRODUCT)} ÷ {self._within(right, _SIGN)}", _PRODUCT
            case nodes.Negative(item=item):
                return f"−{self._within(item, _ATOM)}", _SIGN
            case nodes.Comparison():
                return self._compared(node), _COMPARISON
            case nodes.Logic(which=which, items=items):
                level = _AND if which == "and" else _OR
                # brackets around “and” within “or” too: a reader of rules need not know which binds first
                return f" {self.phrases[which]} ".join(self._within(item, _NOT) for item in items), level
            case nodes.Not(item=nodes.Named() as item):
                return self._phrase("not so", item=self._label(item)) + self._own(item.name), _NOT
            case nodes.Not(item=item):
                return f"{self.phrases['not']} {self._within(item, _ATOM)}", _NOT
            case nodes.Choice():
                return self._chosen(node)
            case _:
                return self._phrased(node)

    def _compared(self, node: nodes.Comparison) -> str:
        left, right, operator = node.left, self._within(node.right, _SUM), node.operator
        if isinstance(node.right, nodes.Constant) and isinstance(node.right.value, str) and operator in ("==", "!="):
            return self._phrase("is" if operator == "==" else "is not", left=self._within(left, _SUM), right=right)
        if isinstance(left, nodes.YearsBetween) and operator in (">=", "<"):
            ends = {"first": self._within(left.first, _SUM), "second": self._within(left.second, _SUM)}
            return self._phrase("years reached" if operator == ">=" else "years not reached", years=right, **ends)
        return f"{self._within(left, _SUM)} {_SIGNS[operator]} {right}"

    def _chosen(self, node: nodes.Choice) -> tuple[str, int]:
        """Say if … then … otherwise; what only says how a missing value counts is said so, in brackets behind it."""
        test, then, otherwise = node.test, node.then, node.otherwise
        if isinstance(test, nodes.IsMissing) and test.negated and _is_plain_truth(otherwise):
            name = "taken as true" if otherwise.value else "taken as false"
            if then == test.item:
                return self.say(then)[0] + self._phrase(f"itself {name}"), _ATOM
            return self._phrase(name, item=self._bare(test.item), then=self._within(then, _OR)), _CHOICE
        cases = list(_cases(node))
        if self.known and all(_names(one.test) <= self.known.keys() for one in cases):
            return self._taken(cases), _CHOICE
        said = {name: self._within(part, _OR) for name, part in (("test", test), ("then", then))}
        return self._phrase("choice", **said, otherwise=self.say(otherwise)[0]), _CHOICE

    def _taken(self, cases: list[nodes.Choice]) -> str:
        """Say the branch that the subject's own values take, and fold the others."""
        others = str(len(cases) - 1 if _is_unknown(cases[-1].otherwise) else len(cases))
        for case in cases:
            verdict, test = evaluated(case.test, self.known), self._within(case.test, _OR)
            if verdict is None and len(cases) > 1:
                return self._phrase("open", count=str(len(cases) + (not _is_unknown(cases[-1].otherwise))), test=test)
            if verdict is None:
                then, otherwise = self._within(case.then, _OR), self.say(case.otherwise)[0]
                return self._phrase("choice", test=test, then=then, otherwise=otherwise)
            if verdict:
                phrase = "taken" if len(cases) == 1 else "taken of several"
                return self._phrase(phrase, said=self._within(case.then, _OR), test=test, count=others)
        last = cases[-1]
        phrase = "not taken" if len(cases) == 1 else "none taken"
        said, test = self._within(last.otherwise, _OR), self._within(last.test, _OR)
        return self._phrase(phrase, said=said, test=test, count=str(len(cases)))

    def _phrased(self, node: TypedNode) -> tuple[str, int]:
        """Say the forms that are a phrase around their parts; a function's own brackets make it an atom."""
        match node:
            case nodes.Membership(item=item, name=name, negated=negated, listed=listed_codes):
                listed = self.phrases["comma"].join(f"“{code}”" for code in listed_codes)
                group = self.labels.get(name, name) if name else listed
                phrase = f"{'not in' if negated else 'in'}{'' if name else ' list'}"
                return self._phrase(phrase, item=self._within(item, _SUM), group=group), _COMPARISON
            case nodes.IsMissing(item=item, negated=negated):
                return self._phrase("not missing" if negated else "missing", item=self._bare(item)), _COMPARISON
            case nodes.Extreme(which=which):
                return self._phrase(which, items=self._listed(node)), _ATOM
            case nodes.Absolute():
                return self._phrase("abs", items=self._listed(node)), _ATOM
            case nodes.Floor(up=up):
                return self._phrase("ceil" if up else "floor", items=self._listed(node)), _ATOM
            case nodes.Rounded(digits=digits):
                return self._phrase("round", items=self._listed(node), digits=str(digits)), _ATOM
            case nodes.Root(degree=degree):
                name = "root 2" if degree == 2 else "root"
                return self._phrase(name, items=self._listed(node), degree=str(degree)), _ATOM
            case nodes.Power(item=item, exponent=exponent):
                return self._phrase("power", first=self.say(item)[0], second=self.say(exponent)[0]), _ATOM
            case nodes.Segments(said=said):
                return self._segments(said), _ATOM
            case nodes.Logarithm():
                return self._phrase("ln", items=self._listed(node)), _ATOM
            case nodes.YearsBetween(first=first, second=second):
                return self._phrase("years", first=self._within(first, _SUM), second=self._within(second, _SUM)), _ATOM
            case nodes.MonthsBetween(first=first, second=second, begun=begun):
                name = "months begun" if begun else "months"
                return self._phrase(name, first=self._within(first, _SUM), second=self._within(second, _SUM)), _ATOM
            case nodes.DaysBetween(first=first, second=second):
                return self._phrase("days", first=self._within(first, _SUM), second=self._within(second, _SUM)), _ATOM
            case nodes.WorkingDaysBetween(first=first, second=second):
                ends = {"first": self._within(first, _SUM), "second": self._within(second, _SUM)}
                return self._phrase("working days", **ends), _ATOM
        raise TypeError(f"no words for {type(node).__name__}")

    def _segments(self, said: nodes.Said) -> str:
        bounds = [self._within(one, _SUM) for one in said.bounds]
        names = ["first segment", *["segment"] * (len(bounds) - 1), "last segment"]
        parts = [
            self._phrase(name, start=start, end=end, rate=self._within(rate, _PRODUCT))
            for name, start, end, rate in zip(names, ["", *bounds], [*bounds, ""], said.rates, strict=True)
        ]
        return self._phrase("segments", item=self._within(said.item, _SUM), parts=self.phrases["comma"].join(parts))

    def _bare(self, item: TypedNode) -> str:
        """A part whose being missing is the question: a name's value would only say "missing" a second time."""
        return self.labels.get(item.name, item.name) if isinstance(item, nodes.Named) else self._within(item, _SUM)

    def _own(self, name: str) -> str:
        """The subject's own value of a name in brackets; nothing where no values are given."""
        said = self.values.get(name)
        return "" if said is None else self._phrase("own", value=said or self.phrases["absent"])

    def _phrase(self, which: str, **parts: str) -> str:
        return filled(self.phrases[which], parts)

    def _listed(self, node: TypedNode) -> str:
        return self.phrases["comma"].join(self.say(child)[0] for child in nodes.children(node))

    def _within(self, node: TypedNode, least: int) -> str:
        """Say a part, in brackets where it binds less tightly than its place asks for."""
        said, level = self.say(node)
        return said if level >= least else f"({said})"

    def _label(self, node: nodes.Named) -> str:
        """The label of a name; 是否 (whether) goes where the name is said to hold or not."""
        label = self.labels.get(node.name, node.name)
        return label.removeprefix("是否") if isinstance(node.type, BooleanType) else label

    def _named(self, node: nodes.Named) -> str:
        label = self._label(node)
        if node.name not in self.values:
            return label
        if isinstance(node.type, TextType):  # 研发机构级别（市级）为“国家级”、“省级”之一
            return label + self._own(node.name)
        said = self.values[node.name]
        return f"{label} {_quantity(said, node.type, self.language) if said else self.phrases['absent']}"

    def _constant(self, node: nodes.Constant) -> tuple[str, int]:
        value, text = node.value, node.text
        if node.name and not self.values:
            return self.labels.get(node.name, node.name), _ATOM
        if value is None:
            text = self.phrases["unknown"]
        elif isinstance(value, bool):
            text = self.phrases["true" if value else "false"]
        elif isinstance(value, Fraction):
            text = _quantity(decimal_text(value) if node.name else node.text, node.type, self.language)
        elif isinstance(value, date):
            text = value.isoformat()
        else:
            text = f"“{value}”"
        return (f"{self.labels.get(node.name, node.name)} {text}" if node.name else text), _ATOM


def _cases(node: nodes.Choice) -> Iterator[nodes.Choice]:
    """The choices of a chain, if … else if … else."""
    yield node
    if isinstance(node.otherwise, nodes.Choice):
        yield from _cases(node.otherwise)


def _names(node: TypedNode) -> set[str]:
    return {one.name for one in nodes.typed_walk(node) if isinstance(one, nodes.Named)}


def _is_unknown(node: TypedNode) -> bool:
    return isinstance(node, nodes.Constant) and node.value is None


def _is_plain_truth(node: TypedNode) -> TypeGuard[nodes.Constant]:
    return isinstance(node, nodes.Constant) and isinstance(node.value, bool)


def _counts_one(node: TypedNode) -> bool:
    """Whether a part is `1 if … else 0`, so that a sum of such counts what holds."""
    if not isinstance(node, nodes.Choice):
        return False
    ends = (node.then, node.otherwise)
    return [end.value for end in ends if isinstance(end, nodes.Constant) and not end.name] == [Fraction(1), Fraction(0)]


def _quantity(number: str, kind: Type | None, language: Language) -> str:
    return kind.unit.behind(number, language) if isinstance(kind, NumberType) else number
