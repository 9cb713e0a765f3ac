"""A problem kept with a result is said by a later version too, whose sentences name more than was kept."""

from __future__ import annotations

import re

from jiqun.problems import Place, catalogue, recalled


def test_every_problem_can_be_said_although_nothing_of_it_was_kept() -> None:
    for code in catalogue():
        found = recalled(code, Place(item="x"), {})
        for language in ("zh", "en"):
            said = found.text(language) + found.on_screen(language)
            assert not re.search(r"\{[a-z_]+\}", said), code
