"""A problem kept with a result is said by a later version too, whose sentences name more than was kept."""

from __future__ import annotations

import re

import pytest

from jiqun.problems import Place, catalogue, problem, recalled


def test_every_problem_can_be_said_although_nothing_of_it_was_kept() -> None:
    for code in catalogue():
        found = recalled(code, Place(item="x"), {})
        for language in ("zh", "en"):
            said = found.text(language) + found.on_screen(language)
            assert not re.search(r"\{[a-z_]+\}", said), code


def test_a_problem_is_made_only_with_every_name_that_its_sentences_use_outside_brackets() -> None:
    with pytest.raises(KeyError, match="detail"):
        problem("API-004", name="x")
    optional = next(one for one in catalogue().values() if "⟦" in one.what["zh"])
    names = set(re.findall(r"\{(\w+)\}", re.sub("⟦.*?⟧", "", str(vars(optional)))))
    assert "⟦" not in problem(optional.code, **dict.fromkeys(names, "x")).text("zh")
