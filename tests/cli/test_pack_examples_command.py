"""`jiqun packs examples`: who changes a number in a pack sees at once which worked examples no longer come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests import own_rule

from .conftest import Jiqun

EXAMPLE = """kind: example
id: own-{name}
title: 甲企业
title_en: Firm A
method: own.rule
evidence: D
period: "2024"
tables:
  enterprise_year: [{{enterprise: 甲, year: 2024, tax: "{tax}", staff: 4}}]
expected: {{tax_per_staff: "{expected}", grade: B}}
"""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    (folder / "own").mkdir(parents=True)
    cuts = own_rule.CUTS.replace("60", "101")
    files = {"pack": own_rule.PACK, "document": own_rule.DOCUMENT, "rule": own_rule.METHOD + cuts}
    files["right"] = EXAMPLE.format(name="right", tax=10, expected="2.5")
    for name, text in files.items():
        (folder / "own" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def test_examples_that_come_out_end_with_nothing_told(jiqun: Jiqun, packs: Path) -> None:
    said = jiqun("packs", "examples", packs, "--method", "own.rule")
    assert said.code == 0, said.err
    assert "算例 1 个，相符 1 个。" in said.out


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_figure_that_does_not_come_out_is_told_at_its_line(jiqun: Jiqun, packs: Path, engine: str) -> None:
    text = EXAMPLE.format(name="wrong", tax=11, expected="2.5")
    (packs / "own" / "wrong.yaml").write_text(text, "utf-8")
    said = jiqun("packs", "examples", packs, "--method", "own.rule", "--engine", engine, "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert found["methods"] == [{"method": "own.rule", "examples": 2, "as_expected": 1}]
    (told,) = found["problems"]
    assert told["code"] == "METHOD-123" and told["place"].startswith("own/wrong.yaml:10")
    assert "应为 2.5，算出 2.7500" in told["what"]


def test_faults_in_examples_of_another_method_are_not_told(jiqun: Jiqun, packs: Path) -> None:
    (packs / "own" / "wrong.yaml").write_text(EXAMPLE.format(name="wrong", tax="1O", expected="2.5"), "utf-8")
    said = jiqun("packs", "examples", packs, "--method", "above-scale")
    assert said.code == 0, said.err


def test_an_example_that_cannot_be_read_is_told_at_its_cell_and_the_others_are_computed(
    jiqun: Jiqun, packs: Path
) -> None:
    text = EXAMPLE.format(name="wrong", tax="1O", expected="2.5")
    (packs / "own" / "wrong.yaml").write_text(text, "utf-8")
    said = jiqun("packs", "examples", packs, "--method", "own.rule", "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert found["methods"] == [{"method": "own.rule", "examples": 2, "as_expected": 1}]
    assert [(one["code"], one["place"]) for one in found["problems"]] == [("PACK-047", "own/wrong.yaml:9:49")]
