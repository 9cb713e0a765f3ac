"""From a tree to a typed tree: every name known, every type right, every unit fitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import cast

from jiqun.expressions import nodes
from jiqun.expressions.adoption import adopted, is_bare, may_adopt
from jiqun.expressions.exactly import evaluated
from jiqun.expressions.grammar import COMPARISONS, MOST_COLUMN_WORK, MOST_ROOT_DEGREE, MOST_ROUND_DIGITS, ORDERED, SPANS
from jiqun.expressions.nearest import nearest
from jiqun.expressions.nodes import Typed, TypedNode
from jiqun.expressions.segments import descends, segments
from jiqun.expressions.tree import Expression, Literal, Node, Operation, Word, placed
from jiqun.expressions.types import BooleanType, CodesType, DateType, Exact, NumberType, TextType, Type, type_name
from jiqun.expressions.units import conversion, product_unit, quotient_unit, unit_of
from jiqun.expressions.work import column_work
from jiqun.expressions.working_days import WorkingDays
from jiqun.problems import Place, Problem, ProblemsError, problem
from jiqun.values import Unit, known_units

_BROKEN = nodes.Constant(None, None, "")  # stands for a part whose fault is already told
_PURE = NumberType()
_BOOLEAN = BooleanType()


def check(
    expression: Expression,
    names: Mapping[str, Type],
    given: Mapping[str, Exact] | None = None,
    calendar: WorkingDays | None = None,
) -> Typed:
    """Give every part of a formula its type and unit, or raise ProblemsError with every fault found.

    `names` are all names the formula may use; `given` fixes the value of some of them (a parameter of a rule), which
    then need no column. A number is said in the unit of the left-most operand; other units of the same dimension are
    converted by their exact factor. A bare number takes the unit of what it is compared with. Working days are those of
    `calendar`; without one they cannot be asked for.

    >>> from jiqun.expressions import parse
    >>> names = {"tax": NumberType(Unit.parse("万元")), "land": NumberType(Unit.parse("亩"))}
    >>> check(parse("tax / land"), names).type.unit.symbol
    '万元/亩'
    """
    checker = _Checker(names, given or {}, expression.at, calendar)
    root = checker.check(expression.root)
    if root is not _BROKEN and (root.type is None or isinstance(root.type, CodesType)):
        checker.fault("EXPR-017", expression.root, **_named(root.type))
    if checker.faults:
        raise ProblemsError(checker.faults)
    work = column_work(root)
    if work > MOST_COLUMN_WORK:
        raise ProblemsError(
            [problem("EXPR-002", expression.at, what=work, limit=MOST_COLUMN_WORK, zh="步计算", en="column operations")]
        )
    return Typed(expression.text, root, cast(Type, root.type))


def in_unit(typed: Typed, unit: Unit, at: Place | None = None) -> Typed:
    """Return the formula with its number said in `unit`, converted exactly; a problem where that cannot be.

    A constant without unit adopts the unit.
    """
    if not isinstance(typed.type, NumberType):
        raise ProblemsError([problem("EXPR-020", at, formula=typed.text, unit=unit, **_named(typed.type))])
    if typed.type.unit == unit:
        return typed
    wanted = NumberType(unit)
    if isinstance(typed.root, nodes.Constant) and not typed.type.unit.powers:
        return Typed(typed.text, replace(typed.root, type=wanted), wanted)
    if not typed.type.unit.fits(unit):
        raise ProblemsError([problem("EXPR-020", at, formula=typed.text, unit=unit, **_named(typed.type))])
    return Typed(typed.text, conversion(typed.root, unit), wanted)


def _named(kind: Type | None) -> dict[str, str]:
    return {"type_zh": type_name(kind, "zh"), "type_en": type_name(kind, "en")}


def _shown(node: Node) -> dict[str, str]:
    """Say what stands where something else is wanted."""
    if isinstance(node, Operation):
        return {"what_zh": "一个算式", "what_en": "an expression"}
    text = node.name if isinstance(node, Word) else node.text
    return {"what_zh": text, "what_en": text}


class _Checker:
    """Walks one formula; each method returns a typed node, or `_BROKEN` after telling the fault."""

    def __init__(
        self, names: Mapping[str, Type], given: Mapping[str, Exact], at: Place | None, calendar: WorkingDays | None
    ) -> None:
        self.names = names
        self.given = given
        self.at = at
        self.calendar = calendar
        self.faults: list[Problem] = []

    def fault(self, code: str, node: Node, **values: object) -> TypedNode:
        made = problem(code, placed(self.at, node.column), column=node.column, **values)
        if made not in self.faults:  # the middle of a chained comparison is seen twice
            self.faults.append(made)
        return _BROKEN

    def check(self, node: Node) -> TypedNode:
        match node:
            case Literal():
                return self._literal(node)
            case Word():
                return self._word(node)
            case Operation(operator="+" | "-"):
                return self._sum(node)
            case Operation(operator="*" | "/"):
                return self._product(node)
            case Operation(operator="min" | "max"):
                return self._extreme(node)
            case Operation(operator="progressive"):
                return self._segments(node)
            case Operation(operator="in" | "not in"):
                return self._membership(node)
            case Operation(operator="if"):
                return self._choice(node)
            case Operation(operator="unit"):
                return self._unit(node)
            case Operation(operator=operator) if operator in SPANS:
                return self._between(node)
            case Operation(operator=operator) if operator in COMPARISONS:
                return self._comparison(node)
            case Operation(operator="and" | "or" | "not"):
                return self._logic(node)
            case Operation(operator="is missing" | "is not missing"):
                return self._is_missing(node)
            case _:
                return self._numeric_function(node)

    def _literal(self, node: Literal) -> TypedNode:
        value = node.value
        kind: Type | None = None
        if isinstance(value, bool):
            kind = _BOOLEAN
        elif isinstance(value, str):
            kind = TextType()
        elif value is not None:
            kind = _PURE
        return nodes.Constant(value, kind, node.text)

    def _word(self, node: Word) -> TypedNode:
        kind = self.names.get(node.name)
        if kind is None:
            return self.fault("EXPR-010", node, name=node.name, nearest=nearest(node.name, self.names))
        if node.name in self.given:
            return nodes.Constant(self.given[node.name], kind, node.name, node.name)
        return nodes.Named(node.name, kind)

    def _wanted(self, node: Node, kind: type[Type]) -> TypedNode:
        """Check a part that must be of one kind of type; a text literal becomes a date where a date is wanted."""
        found = self.check(node)
        if found is _BROKEN or isinstance(found.type, kind):
            return found
        if kind is DateType and isinstance(found, nodes.Constant) and isinstance(found.value, str):
            return self._date(node, found)
        example: dict[type[Type], Type] = {
            NumberType: _PURE,
            BooleanType: _BOOLEAN,
            TextType: TextType(),
            DateType: DateType(),
        }
        wanted_zh = "数" if kind is NumberType else type_name(example[kind], "zh")
        wanted_en = "a number" if kind is NumberType else type_name(example[kind], "en")
        return self.fault("EXPR-012", node, wanted_zh=wanted_zh, wanted_en=wanted_en, **_named(found.type))

    def _date(self, node: Node, found: nodes.Constant) -> TypedNode:
        try:
            return replace(found, value=date.fromisoformat(str(found.value)), type=DateType())
        except ValueError:
            return self.fault("EXPR-014", node, text=found.value)

    def _number(self, node: Node) -> TypedNode:
        return self._wanted(node, NumberType)

    def _same_unit(self, parts: list[tuple[Node, TypedNode]], adopt: bool) -> list[TypedNode]:
        """Say all numbers in the unit of the first one that has a unit of its own.

        Where a bare number may adopt, a constant is converted rather than a column: that costs no rounding.
        """
        typed = [found for _, found in parts]
        if any(found is _BROKEN for found in typed):
            return [_BROKEN]
        own = [found for node, found in parts if not (adopt and may_adopt(node)) and found.type is not None]
        if adopt:
            own.sort(key=lambda found: isinstance(found, nodes.Constant))
        target = unit_of(own[0] if own else next(found for found in typed if found.type is not None))
        result: list[TypedNode] = []
        for node, found in parts:
            if found.type is None or unit_of(found) == target:
                result.append(found)
            elif adopt and may_adopt(node):
                result.append(adopted(found, NumberType(target)))
            elif not unit_of(found).fits(target):
                result.append(self._misfit(node, found, target))
            else:
                result.append(conversion(found, target))
        return [_BROKEN] if any(found is _BROKEN for found in result) else result

    def _misfit(self, node: Node, found: TypedNode, target: Unit) -> TypedNode:
        if is_bare(node):
            return self.fault("EXPR-013", node, unit=target)
        return self.fault("EXPR-011", node, unit=unit_of(found), other=target)

    def _sum(self, node: Operation) -> TypedNode:
        parts: list[tuple[Node, int]] = []
        rest: Node = node
        while isinstance(rest, Operation) and rest.operator in ("+", "-"):
            parts.insert(0, (rest.operands[1], 1 if rest.operator == "+" else -1))
            rest = rest.operands[0]
        parts.insert(0, (rest, 1))
        numbers = [(part, self._number(part)) for part, _ in parts]
        if is_bare(parts[0][0]) and not all(is_bare(part) for part, _ in parts):
            for _, found in numbers:
                if found is not _BROKEN and unit_of(found).dimension:
                    return self.fault("EXPR-013", parts[0][0], unit=unit_of(found))
        same = self._same_unit(numbers, adopt=False)
        if same == [_BROKEN]:
            return _BROKEN
        return nodes.Sum(tuple((sign, one) for (_, sign), one in zip(parts, same, strict=True)), same[0].type)

    def _product(self, node: Operation) -> TypedNode:
        left, right = (self._number(one) for one in node.operands)
        if node.operator == "/" and right is not _BROKEN and is_bare(node.operands[1]) and evaluated(right, {}) == 0:
            return self.fault("EXPR-019", node.operands[1])
        if left is _BROKEN or right is _BROKEN:
            return _BROKEN
        if node.operator == "*":
            unit, factor = product_unit(unit_of(left), unit_of(right))
            made: TypedNode = nodes.Product(left, right, NumberType(unit))
        else:
            unit, factor = quotient_unit(unit_of(left), unit_of(right))
            made = nodes.Quotient(left, right, NumberType(unit))
        return made if factor == 1 else nodes.Converted(made, factor, NumberType(unit))

    def _extreme(self, node: Operation) -> TypedNode:
        same = self._same_unit([(one, self._number(one)) for one in node.operands], adopt=True)
        if same == [_BROKEN]:
            return _BROKEN
        return nodes.Extreme("min" if node.operator == "min" else "max", tuple(same), same[0].type)

    def _segments(self, node: Operation) -> TypedNode:
        """Rates and bounds in turn behind the number: `progressive(x, rate, bound, rate, bound, rate)`."""
        if len(node.operands) % 2:
            return self.fault("EXPR-027", node)
        levels, shares = (node.operands[0], *node.operands[2::2]), node.operands[1::2]
        cut = self._same_unit([(one, self._number(one)) for one in levels], adopt=True)
        rates = self._same_unit([(one, self._number(one)) for one in shares], adopt=True)
        if _BROKEN in (cut[0], rates[0]):
            return _BROKEN
        if descends(cut[1:]):
            return self.fault("EXPR-028", node)
        return segments(cut[0], cut[1:], rates)

    def _numeric_function(self, node: Operation) -> TypedNode:
        item = self._number(node.operands[0])
        if node.operator == "round":
            digits = node.operands[1]
            value = digits.value if isinstance(digits, Literal) else None
            if not isinstance(value, Fraction) or value.denominator != 1 or value > MOST_ROUND_DIGITS:
                return self.fault("EXPR-016", digits, most=MOST_ROUND_DIGITS)
            return item if item is _BROKEN else nodes.Rounded(item, int(value), item.type)
        if item is _BROKEN:
            return item
        if node.operator == "root":
            return self._root(node, item)
        if node.operator in ("raised_to", "ln"):
            return self._power(node, item)
        if node.operator == "negative":
            return nodes.Negative(item, item.type)
        if node.operator == "abs":
            return nodes.Absolute(item, item.type)
        return nodes.Floor(item, item.type, up=node.operator == "ceil")

    def _root(self, node: Operation, item: TypedNode) -> TypedNode:
        written, degree = node.operands
        value = degree.value if isinstance(degree, Literal) else None
        if not isinstance(value, Fraction) or value.denominator != 1 or not 2 <= value <= MOST_ROOT_DEGREE:
            return self.fault("EXPR-024", degree, most=MOST_ROOT_DEGREE)
        if not unit_of(item).fits(Unit.none()):
            return self.fault("EXPR-025", written, unit=unit_of(item))
        pure = item if unit_of(item) == Unit.none() else conversion(item, Unit.none())
        return nodes.Root(pure, int(value), _PURE)

    def _power(self, node: Operation, item: TypedNode) -> TypedNode:
        """A power or a logarithm: of pure numbers only, a per cent among them."""
        parts = [item, *(self._number(one) for one in node.operands[1:])]
        for written, part in zip(node.operands, parts, strict=True):
            if part is _BROKEN:
                return part
            if not unit_of(part).fits(Unit.none()):
                return self.fault("EXPR-026", written, unit=unit_of(part))
        pure = [one if unit_of(one) == Unit.none() else conversion(one, Unit.none()) for one in parts]
        return nodes.Logarithm(pure[0], _PURE) if node.operator == "ln" else nodes.Power(pure[0], pure[1], _PURE)

    def _unit(self, node: Operation) -> TypedNode:
        number, written = node.operands
        if not is_bare(number):
            return self.fault(
                "EXPR-023", number, **_shown(number), wanted_zh="不带引号的数", wanted_en="a plain number"
            )
        if not (isinstance(written, Literal) and isinstance(written.value, str)):
            wanted = {"wanted_zh": "带引号的单位", "wanted_en": "a unit in quotes"}
            return self.fault("EXPR-023", written, **_shown(written), **wanted)
        try:
            unit = Unit.parse(written.value)
        except ValueError:
            return self.fault("EXPR-015", written, unit=written.value, nearest=nearest(written.value, known_units()))
        return replace(self._number(number), type=NumberType(unit))

    def _between(self, node: Operation) -> TypedNode:
        first, second = (self._wanted(one, DateType) for one in node.operands)
        if first is _BROKEN or second is _BROKEN:
            return _BROKEN
        if node.operator == "years_between":
            return nodes.YearsBetween(first, second, NumberType(Unit.parse("年")))
        if node.operator == "days_between":
            return nodes.DaysBetween(first, second, NumberType(Unit.parse("天")))
        if node.operator == "working_days_between":
            if self.calendar is None or not self.calendar.years:
                return self.fault("EXPR-029", node)
            return nodes.WorkingDaysBetween(first, second, self.calendar, NumberType(Unit.parse("天")))
        return nodes.MonthsBetween(first, second, node.operator == "months_begun", NumberType(Unit.parse("月")))

    def _comparison(self, node: Operation) -> TypedNode:
        left, right = (self.check(one) for one in node.operands)
        if left is _BROKEN or right is _BROKEN:
            return _BROKEN
        if isinstance(left.type, NumberType) and isinstance(right.type, NumberType):
            same = self._same_unit(list(zip(node.operands, (left, right), strict=True)), adopt=True)
            return _BROKEN if same == [_BROKEN] else nodes.Comparison(node.operator, same[0], same[1], _BOOLEAN)
        if isinstance(left.type, DateType) or isinstance(right.type, DateType):
            left, right = (self._wanted(one, DateType) for one in node.operands)
            if left is _BROKEN or right is _BROKEN:
                return _BROKEN
            return nodes.Comparison(node.operator, left, right, _BOOLEAN)
        same_kind = type(left.type) is type(right.type) and isinstance(left.type, BooleanType | TextType)
        if not same_kind or node.operator in ORDERED:
            other = {"other_zh": type_name(right.type, "zh"), "other_en": type_name(right.type, "en")}
            return self.fault("EXPR-018", node, operator=node.operator, **_named(left.type), **other)
        return nodes.Comparison(node.operator, left, right, _BOOLEAN)

    def _membership(self, node: Operation) -> TypedNode:
        item = self._wanted(node.operands[0], TextType)
        group = node.operands[1]
        negated = node.operator == "not in"
        if isinstance(group, Operation) and group.operator == "texts":
            texts = [one.value for one in group.operands if isinstance(one, Literal) and isinstance(one.value, str)]
            if len(texts) < len(group.operands):
                return self.fault("EXPR-021", group)
            if item is _BROKEN:
                return item
            return nodes.Membership(item, frozenset(texts), "", negated, _BOOLEAN, tuple(dict.fromkeys(texts)))
        codes = self.check(group)
        if codes is _BROKEN or item is _BROKEN:
            return _BROKEN
        if not (isinstance(group, Word) and isinstance(codes.type, CodesType)):
            return self.fault("EXPR-021", group)
        return nodes.Membership(item, codes.type.codes, group.name, negated, _BOOLEAN)

    def _is_missing(self, node: Operation) -> TypedNode:
        item = self.check(node.operands[0])
        if item is _BROKEN:
            return _BROKEN
        if item.type is None or isinstance(item.type, CodesType):
            return self.fault("EXPR-017", node.operands[0], **_named(item.type))
        return nodes.IsMissing(item, node.operator == "is not missing", _BOOLEAN)

    def _logic(self, node: Operation) -> TypedNode:
        items = tuple(self._wanted(one, BooleanType) for one in node.operands)
        if any(item is _BROKEN for item in items):
            return _BROKEN
        if node.operator == "not":
            return nodes.Not(items[0], _BOOLEAN)
        return nodes.Logic("and" if node.operator == "and" else "or", items, _BOOLEAN)

    def _choice(self, node: Operation) -> TypedNode:
        test = self._wanted(node.operands[0], BooleanType)
        branches = list(node.operands[1:])
        then, otherwise = (self.check(one) for one in branches)
        if any(found is _BROKEN for found in (test, then, otherwise)):
            return _BROKEN
        kinds = {type(found.type) for found in (then, otherwise) if found.type is not None}
        if kinds == {DateType, TextType}:
            then, otherwise = (self._wanted(one, DateType) for one in branches)
            kinds = {DateType}
        if len(kinds) != 1 or CodesType in kinds:
            other = {"other_zh": type_name(otherwise.type, "zh"), "other_en": type_name(otherwise.type, "en")}
            return self.fault("EXPR-022", node, **_named(then.type), **other)
        if kinds == {NumberType}:
            same = self._same_unit(list(zip(branches, (then, otherwise), strict=True)), adopt=True)
            if same == [_BROKEN]:
                return _BROKEN
            then, otherwise = same
        kind = then.type if then.type is not None else otherwise.type
        return nodes.Choice(test, then, otherwise, kind)
