"""Worked examples are said with titles and words, never with the names of formulas."""

from __future__ import annotations

from jiqun import packs
from jiqun.methods.linting.examples import examples_of
from jiqun.methods.wording.expected import expected_words


def test_every_expected_figure_of_every_pack_has_a_chinese_name():
    book = packs.load(packs.builtin_root())
    unsaid = {
        (example.method, name)
        for example in examples_of(book)
        for (title, _), name in zip(
            expected_words(book.method(example.method, example.method_edition), example), example.expected, strict=True
        )
        if title == name and title.isascii()
    }
    assert unsaid == set()


def test_verdicts_states_and_missing_figures_are_said_in_words():
    book = packs.load(packs.builtin_root())
    example = next(one for one in examples_of(book) if one.id == "per-mu-template-new-firm")
    said = dict(expected_words(book.method(example.method), example))
    assert said == {"评价状态": "计分不定档", "总分": "99.81", "档次": "无", "政策上按": "B"}
