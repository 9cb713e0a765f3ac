"""The documents say what is true: links lead somewhere, the glossary's names exist, the README's code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_to_a_file(page: Path) -> None:
    targets = [one for one in LINK.findall(page.read_text("utf-8")) if "://" not in one]
    assert [one for one in targets if not (page.parent / one).exists()] == []


def test_every_name_of_the_glossary_is_defined_in_the_code() -> None:
    rows = (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
    names = {one for row in rows if row.startswith("|") for one in re.findall(r"`(\w+)`", row.split("|")[-2])}
    code = "\n".join(file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py"))
    unknown = {one for one in names if not re.search(rf"^\s*(class|def) {one}\b", code, re.MULTILINE)}
    assert unknown - {"referee"} == set()
    assert (ROOT / "src/jiqun/methods/columns/referee.py").exists()


@pytest.mark.parametrize(
    ("page", "title"), [("README.md", "甲公司, 2022: "), ("README.zh-CN.md", "甲公司，2022 年")], ids=["en", "zh"]
)
def test_the_code_of_the_readme_runs_and_prints_what_it_says(
    page: str, title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert code is not None
    exec(code.group(1), {})
    printed = capsys.readouterr().out
    assert title in printed and "Explanation(" not in printed
    said = re.findall(r"^# (\[.*\])$", code.group(1), re.MULTILINE)
    assert said == printed.splitlines()[: len(said)]


def test_no_page_names_a_path_of_somebodys_machine() -> None:
    pattern = re.compile(r"(/home/|/root/|/Users/|/work/|/tmp/)")
    assert [str(page) for page in PAGES if pattern.search(page.read_text("utf-8"))] == []
