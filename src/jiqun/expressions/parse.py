"""From a formula's text to its tree; Python reads the syntax, and nothing is ever evaluated as Python."""

from __future__ import annotations

import ast
import re
import warnings
from fractions import Fraction

from jiqun.expressions.grammar import (
    FULL_WIDTH,
    FUNCTIONS,
    MOST_CHARACTERS,
    MOST_DEPTH,
    MOST_DIGITS,
    MOST_NODES,
    SYNTAX_IN_CHINESE,
)
from jiqun.expressions.nearest import nearest
from jiqun.expressions.tree import Expression, Literal, Node, Operation, Word, placed
from jiqun.problems import Place, Problem, ProblemsError, problem

_NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+")
_TEXT = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'")
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
# words of Python that our language does not have and that columns are named by; they are read under a name of the same
# length, so that every character keeps its place
_FOREIGN = {word: chr(0x3400 + at) + word[1:] for at, word in enumerate(("class", "from"))}
_COLUMN_NAMED = {disguise: word for word, disguise in _FOREIGN.items()}
_DISGUISE = re.compile("|".join(_COLUMN_NAMED))
_TEXT_OR_FOREIGN = re.compile(_TEXT.pattern + r"|\b(?:" + "|".join(_FOREIGN) + r")\b")
_TRUTH = {"true": True, "false": False, "True": True, "False": False}


def parse(text: str, at: Place | None = None) -> Expression:
    """Read a formula into its tree, or raise ProblemsError with the character of every fault.

    >>> sorted(parse("tax / land if land > 0 else missing").names)
    ['land', 'tax']
    """
    formula = re.sub(r"\s", " ", text).rstrip()
    faults = _surface_faults(formula, at)
    if faults:
        raise ProblemsError(faults)
    body = formula.lstrip()
    readable = _TEXT_OR_FOREIGN.sub(lambda found: _FOREIGN.get(found.group(), found.group()), body)
    reader = _Reader(readable, formula, len(formula) - len(body), at)
    root = reader.read()
    if reader.faults:
        raise ProblemsError(reader.faults)
    return Expression(formula.strip(), root, at)


def _surface_faults(formula: str, at: Place | None) -> list[Problem]:
    """Find what can be told from the characters alone, before Python's parser sees the text."""
    if len(formula) > MOST_CHARACTERS:
        return [problem("EXPR-002", at, what=len(formula), limit=MOST_CHARACTERS, zh="字符", en="characters")]
    bare = _TEXT.sub(lambda found: " " * len(found.group()), formula)
    if not bare.strip() and not formula.strip():
        return [_unreadable(at, 1, "it is empty", "")]
    faults = []
    for index, character in enumerate(bare, start=1):
        if character in FULL_WIDTH:
            faults.append(
                problem("EXPR-003", placed(at, index), column=index, sign=character, plain=FULL_WIDTH[character])
            )
        elif character in "#\\\0`@$?;{}":
            faults.append(problem("EXPR-004", placed(at, index), column=index, what=character))
    deepest = _deepest_bracket(bare)
    if deepest > MOST_DEPTH:
        faults.append(problem("EXPR-002", at, what=deepest, limit=MOST_DEPTH, zh="层括号", en="levels of brackets"))
    return faults


def _unreadable(at: Place | None, column: int, detail: str, formula: str) -> Problem:
    in_chinese = next((zh for en, zh in SYNTAX_IN_CHINESE if en in detail), "写法不通")
    place = placed(at, column)
    return problem("EXPR-001", place, column=column, detail=detail, detail_zh=in_chinese, formula=formula.strip())


def _deepest_bracket(bare: str) -> int:
    depth = deepest = 0
    for character in bare:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest


class _Reader:
    """Turns Python's syntax tree into ours, collecting every construct that the language does not have."""

    def __init__(self, body: str, formula: str, indent: int, at: Place | None) -> None:
        self.body = body
        self.formula = formula
        self.indent = indent
        self.at = at
        self.faults: list[Problem] = []
        self.nodes = 0
        self._bytes = body.encode()

    def read(self) -> Node:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(self.body, mode="eval")
        except SyntaxError as error:
            raise ProblemsError([self._syntax_fault(error)]) from None
        except (ValueError, RecursionError, MemoryError):
            fault = _unreadable(self.at, 1 + self.indent, "too deeply nested", self.formula)
            raise ProblemsError([fault]) from None
        return self._node(tree.body, 1)

    def _syntax_fault(self, error: SyntaxError) -> Problem:
        if not error.offset or (error.lineno or 1) > 1:  # Python stumbled over the end of the text
            return _unreadable(self.at, len(self.formula) + 1, "the end of the formula is missing", self.formula)
        column = min(error.offset, len(self.body) + 1) + self.indent
        detail = _DISGUISE.sub(lambda found: _COLUMN_NAMED[found.group()], error.msg)
        return _unreadable(self.at, column, detail, self.formula)

    def _column(self, node: ast.expr) -> int:
        return len(self._bytes[: node.col_offset].decode()) + 1 + self.indent

    def _source(self, node: ast.expr) -> str:
        """What stands in the formula; a column named by a word of Python under its own name."""
        first, last = (len(self._bytes[:end].decode()) for end in (node.col_offset, node.end_col_offset))
        return self.formula[self.indent :][first:last]

    def _fault(self, code: str, node: ast.expr, **values: object) -> Literal:
        column = self._column(node)
        fault = problem(code, placed(self.at, column), column=column, **values)
        if fault not in self.faults:  # the middle of a chained comparison is read twice
            self.faults.append(fault)
        return Literal(None, "", column)

    def _too_big(self, what: int, limit: int, zh: str, en: str) -> ProblemsError:
        return ProblemsError([*self.faults, problem("EXPR-002", self.at, what=what, limit=limit, zh=zh, en=en)])

    def _node(self, node: ast.expr, depth: int) -> Node:
        self.nodes += 1
        if depth > MOST_DEPTH:
            raise self._too_big(depth, MOST_DEPTH, "层嵌套", "levels of nesting")
        if self.nodes > MOST_NODES:
            raise self._too_big(self.nodes, MOST_NODES, "个部分", "parts")
        column = self._column(node)
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return self._operation(_BINARY[type(op)], [left, right], column, depth)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._operation("not", [operand], column, depth)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._operation("negative", [operand], column, depth)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._node(operand, depth + 1)
            case ast.BoolOp(op=op, values=values):
                return self._operation("and" if isinstance(op, ast.And) else "or", values, column, depth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._operation("if", [test, body, orelse], column, depth)
            case ast.Compare():
                return self._comparison(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case _:
                return self._fault("EXPR-004", node, what=self._source(node)[:40])

    def _operation(self, operator: str, operands: list[ast.expr], column: int, depth: int) -> Operation:
        return Operation(operator, tuple(self._node(one, depth + 1) for one in operands), column)

    def _constant(self, node: ast.Constant) -> Literal:
        source = self._source(node)
        column = self._column(node)
        if isinstance(node.value, bool):
            return Literal(node.value, source, column)
        if isinstance(node.value, str):
            if not _TEXT.fullmatch(source):
                return self._fault("EXPR-004", node, what=source[:40])
            return Literal(node.value, source, column)
        if not isinstance(node.value, int | float | complex):
            return self._fault("EXPR-004", node, what=source[:40])
        if not _NUMBER.fullmatch(source):
            return self._fault("EXPR-005", node, literal=source[:40])
        if len(source) > MOST_DIGITS:
            raise self._too_big(len(source), MOST_DIGITS, "位数字", "digits in one number")
        return Literal(Fraction(source), source, column)

    def _name(self, node: ast.Name) -> Node:
        column = self._column(node)
        if node.id == "missing":
            return Literal(None, "missing", column)
        if node.id in _TRUTH:
            return Literal(_TRUTH[node.id], node.id, column)
        if node.id in FUNCTIONS:
            return self._fault("EXPR-007", node, name=node.id, least=FUNCTIONS[node.id][0], most=FUNCTIONS[node.id][1])
        return Word(_COLUMN_NAMED.get(node.id, node.id), column)

    def _comparison(self, node: ast.Compare, depth: int) -> Node:
        sides = [node.left, *node.comparators]
        links = [
            self._link(node, _COMPARISON[type(op)], sides[index], sides[index + 1], depth)
            for index, op in enumerate(node.ops)
        ]
        return links[0] if len(links) == 1 else Operation("and", tuple(links), self._column(node))

    def _link(self, node: ast.Compare, operator: str, left: ast.expr, right: ast.expr, depth: int) -> Node:
        column = self._column(left)
        if operator in ("is", "is not"):
            if not (isinstance(right, ast.Name) and right.id == "missing"):
                return self._fault("EXPR-008", right, what=self._source(right)[:40])
            return self._operation(f"{operator} missing", [left], column, depth)
        if operator in ("in", "not in") and isinstance(right, (ast.Tuple, ast.List)):
            texts = self._operation("texts", list(right.elts), self._column(right), depth + 1)
            return Operation(operator, (self._node(left, depth + 1), texts), column)
        return self._operation(operator, [left, right], column, depth)

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name) or node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            return self._fault("EXPR-004", node, what=self._source(node)[:40])
        name = _COLUMN_NAMED.get(node.func.id, node.func.id)
        if name not in FUNCTIONS:
            return self._fault("EXPR-006", node, name=name, nearest=nearest(name, FUNCTIONS))
        least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            return self._fault("EXPR-007", node, name=name, least=least, most=most)
        return self._operation(name, node.args, self._column(node), depth)
