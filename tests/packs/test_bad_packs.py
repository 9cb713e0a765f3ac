"""Every broken pack is refused with the right code at the right file and line, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun.packs.lint import lint_folders

CASES = sorted(one for one in (Path(__file__).parents[1] / "bad_packs").iterdir() if one.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_pack_is_reported_with_code_file_and_line(case: Path) -> None:
    expected = (case / "expected.txt").read_text("utf-8").split("\n")[:-1]
    found = lint_folders(case)
    said = [f"{one.code} {one.place.file}" + (f":{one.place.line}" if one.place.line else "") for one in found]
    assert sorted(said) == sorted(expected), "\n".join(one.text("en") for one in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_is_said_in_two_languages_without_library_words(case: Path) -> None:
    for one in lint_folders(case):
        for text in (one.text("zh"), one.text("en")):
            assert "pydantic" not in text and "Input should" not in text and "Traceback" not in text
        assert one.what("zh") != one.what("en")


def test_the_corpus_covers_every_code_of_reading_and_lint_that_a_folder_can_show() -> None:
    from jiqun.problems import catalogue

    shown = {line.split()[0] for case in CASES for line in (case / "expected.txt").read_text("utf-8").splitlines()}
    by_other_tests = {"PACK-006", "PACK-014", "PACK-023", "PACK-040", "PACK-041", "PACK-042", "PACK-043"}
    by_other_tests |= {
        "PACK-036",
        "PACK-037",
        "PACK-038",
        "PACK-039",
        "PACK-044",
        "PACK-045",
        "PACK-046",
        "PACK-047",
        "PACK-048",
        "PACK-049",
    }  # one fault
    assert {code for code in catalogue() if code.startswith("PACK-")} == shown | by_other_tests
