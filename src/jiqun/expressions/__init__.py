"""Formulas: a small closed language with one typed tree and three readings (columns, exact, words)."""

from jiqun.expressions.check import check, in_unit
from jiqun.expressions.columns import Columns, Parts, columns, parts
from jiqun.expressions.exactly import exact_value
from jiqun.expressions.nodes import Typed
from jiqun.expressions.parse import parse
from jiqun.expressions.tree import Expression
from jiqun.expressions.types import BooleanType, CodesType, DateType, Exact, NumberType, TextType, Type
from jiqun.expressions.words import words
from jiqun.expressions.working_days import WorkingDays

__all__ = [
    "BooleanType",
    "CodesType",
    "Columns",
    "DateType",
    "Exact",
    "Expression",
    "NumberType",
    "Parts",
    "TextType",
    "Type",
    "Typed",
    "WorkingDays",
    "check",
    "columns",
    "exact_value",
    "in_unit",
    "parse",
    "parts",
    "words",
]
