"""The words of the formula language and the limits that keep a formula small enough to read and to compute."""

from __future__ import annotations

ARITHMETIC = ("+", "-", "*", "/")
ORDERED = ("<", "<=", ">", ">=")
COMPARISONS = ("==", "!=", *ORDERED)

# function → (fewest, most) operands
FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 50),
    "max": (2, 50),
    "abs": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "round": (2, 2),
    "root": (2, 2),
    "raised_to": (2, 2),
    "ln": (1, 1),
    "progressive": (4, 40),
    "years_between": (2, 2),
    "months_between": (2, 2),
    "months_begun": (2, 2),
    "days_between": (2, 2),
    "working_days_between": (2, 2),
    "unit": (2, 2),
}
SPANS = ("years_between", "months_between", "months_begun", "days_between", "working_days_between")
RESERVED = frozenset({"missing", "true", "false", *FUNCTIONS})

MOST_CHARACTERS = 2000
MOST_NODES = 400
MOST_DEPTH = 60
MOST_DIGITS = 30
MOST_ROUND_DIGITS = 12
MOST_ROOT_DEGREE = 20
# a column reading repeats sub-formulas (a denominator is tested and divided by); this caps what that may grow to
MOST_COLUMN_WORK = 10_000

FULL_WIDTH = {
    "（": "(",
    "）": ")",
    "，": ",",
    "＋": "+",
    "－": "-",
    "−": "-",
    "×": "*",
    "＊": "*",
    "÷": "/",
    "／": "/",
    "＝": "==",
    "＜": "<",
    "＞": ">",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "．": ".",
}

# what Python's parser says → what a Chinese reader is told; the first pattern found in the message counts
SYNTAX_IN_CHINESE = (
    ("was never closed", "括号没有闭合"),
    ("unmatched", "括号多余或不配对"),
    ("does not match", "括号不配对"),
    ("unterminated", "引号没有闭合"),
    ("expected 'else'", "if 后面缺少 else"),
    ("leading zeros", "数不能以 0 开头"),
    ("Exceeds the limit", "数太长"),
    ("decimal literal", "数后面不能紧跟文字"),
    ("comma", "两部分之间缺少运算符或逗号"),
    ("too many nested", "嵌套太深"),
    ("deeply nested", "嵌套太深"),
    ("end of the formula", "公式没有写完"),
    ("empty", "公式是空的"),
    ("meant '=='", "问是否相等要写 =="),
)
