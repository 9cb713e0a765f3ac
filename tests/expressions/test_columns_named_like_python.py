"""Columns whose names are words of Python: `class` of an intellectual property right, `from` of an occupancy."""

from __future__ import annotations

import pytest

from jiqun.expressions import DateType, TextType, check, exact_value, parse
from jiqun.problems import ProblemsError

NAMES = {"class": TextType(), "from": DateType(), "subclass": TextType()}


def test_a_column_named_class_is_read_and_keeps_its_name():
    typed = check(parse('class == "1" and subclass != "class"'), NAMES)
    assert typed.names == {"class", "subclass"}
    assert exact_value(typed, {"class": "1", "subclass": "x"}) is True


def test_an_unknown_name_behind_such_a_column_is_told_at_its_character():
    with pytest.raises(ProblemsError) as found:
        check(parse('class == "1" and klass == "2"'), NAMES)
    assert [(one.code, one.values["column"]) for one in found.value.problems] == [("EXPR-010", "18")]


@pytest.mark.parametrize(
    "text",
    ["class(1)", "class[1]", "class.x", "x is class", "f(from=1)", "class = 1", "(class", "class class",
     "from and (class for class in x)", "unit(class, '亩')", "unit(3, from)", "class + 1", "unit(class + 1, '亩')"],
)  # fmt: skip
def test_a_message_names_the_column_as_it_is_written(text: str) -> None:
    """Python reads such a column under a stand-in of the same length; nobody must ever see it."""
    with pytest.raises(ProblemsError) as found:
        check(parse(text), NAMES)
    said = " ".join(one.text(language) for one in found.value.problems for language in ("zh", "en"))
    assert not [sign for sign in said if 0x3400 <= ord(sign) < 0x3500]


def test_other_words_of_python_stay_out():
    for text in ("yield", "lambda", "import"):
        with pytest.raises(ProblemsError):
            parse(text)
