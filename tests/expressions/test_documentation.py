"""The examples in docstrings and in the reference page are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import jiqun.engines
import jiqun.expressions
from jiqun.expressions import grammar

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "formulas.md"
MODULES = [
    module.name
    for package in (jiqun.expressions, jiqun.engines)
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_examples_of_the_reference_page_are_true() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted > 15


def test_the_reference_page_names_every_function_and_limit() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in grammar.FUNCTIONS if f"{name}(" not in page] == []
    limits = (grammar.MOST_CHARACTERS, grammar.MOST_NODES, grammar.MOST_COLUMN_WORK)
    assert [limit for limit in limits if f"{limit:,}" not in page] == []
