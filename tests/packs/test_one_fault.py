"""One fault in a whole pack is one problem at its line: what only follows from it is not said.

The pack is read as `jiqun packs lint FOLDER` reads it: a document, a table, a baseline, a method, a worked example.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jiqun import packs
from jiqun.methods.linting.whole import lint_whole
from jiqun.packs.editions import rule_of
from jiqun.packs.models.example import Example

HEAD = 'id: p\ntitle: 测试包\ntitle_en: Test pack\njurisdiction: "100000"\nversion: "1"\n'
DOCUMENT = """kind: document
id: rule
title: 规则
title_en: Rule
status: in_force
completeness: complete
issuer: 某市
source: {evidence: R}
clauses:
  "1": {text: 第一条}
"""
TABLE = """kind: table
id: enterprise_year
title: 企业年度
title_en: Firm year
period: year
primaryKey: [enterprise, year]
fields:
  - {name: enterprise, title: 企业, title_en: firm, type: string}
  - {name: year, title: 年度, title_en: year, type: integer}
  - {name: tax, title: 税收, title_en: tax, type: number, unit: 万元}
  - {name: land, title: 用地, title_en: land, type: number, unit: 亩}
  - name: scale
    title: 规模
    title_en: scale
    type: string
    categories: [{value: above, title: 规上, title_en: big}, {value: below, title: 规下, title_en: small}]
"""
METHOD = """kind: method
id: m
title: 某办法
title_en: Some method
status: in_force
completeness: partial
document: rule
edition: "2022"
in_force: {from: 2022-01-01}
populations:
  everyone: {title: 全部, where: "scale == 'above'", clause: "1"}
measures:
  tax_per_mu: {title: 亩均税收, formula: tax / land, unit: 万元/亩, digits: 4, clause: "1"}
benchmarks:
  base: {parameter: base}
scores:
  all:
    tax_per_mu: {ratio: {to: base}, weight: 100, cap: 100, digits: 4}
totals:
  all: {digits: 2}
grades:
  all:
    classes: [A, B, C]
    quota: {shares: {A: "0.2", B: "0.6", C: "0.2"}}
"""
BASE = """kind: parameter
id: base
title: 基准
title_en: base
completeness: partial
unit: 万元/亩
document: rule
values:
  - {from: 2022-01-01, value: "24.097", clause: "1"}
"""
EXAMPLE = """kind: example
id: e
title: 例
title_en: example
method: m
period: 2022
evidence: D
subject: A1
tables:
  enterprise_year:
    - {enterprise: A1, year: 2022, tax: "100", land: "10", scale: above}
expected: {total: "41.50"}
"""
EDITIONS = """kind: edition_rule
id: choice
title: 版本
title_en: edition
choices:
  - {use: {method: m, edition: "2022"}, where: "case_type == 'new'", title: 新}
  - {use: {method: m, edition: "2022"}, title: 其余}
"""
CALENDAR = """kind: calendar
id: days
title: 历
title_en: days
year: 2026
holidays:
  - {title: 元旦, title_en: new year, from: 2026-01-01, to: 2026-01-03}
worked: [2026-01-04]
"""
TAXONOMY = """kind: taxonomy
id: tx
title: 分类
title_en: classes
completeness: partial
levels:
  - {title: 门, title_en: section, length: 1}
  - {title: 类, title_en: class, length: 2}
codes:
  - {code: "1", name: 一, level: 1}
  - {code: "11", name: 一一, level: 2, parent: "1"}
"""
PACK = {
    "pack": HEAD, "doc": DOCUMENT, "t": TABLE, "m": METHOD, "base": BASE, "e": EXAMPLE, "choice": EDITIONS,
    "days": CALENDAR, "tx": TAXONOMY,
}  # fmt: skip
VALUE = '"24.097"'
SHARES = 'quota: {shares: {A: "0.2", B: "0.6", C: "0.2"}}'
RATIO = "ratio: {to: base}, weight: 100, cap: 100, digits: 4"
STATISTIC = "base: {statistic: {measure: tax_per_mu, take: %s}}"

# what is wrong, the file, what stood there, what stands there now, the one problem
CASES = [
    # an object that cannot be read: nobody is told that it is not there
    ("exponent", "base", VALUE, '"1e9999999"', "PACK-018 p/base.yaml:9"),
    ("unquoted exponent", "base", VALUE, "1e3", "PACK-009 p/base.yaml:9"),
    ("day that is none", "base", "2022-01-01", "2022-02-30", "PACK-010 p/base.yaml:9"),
    ("unknown key of a parameter", "base", "unit: 万元/亩", "unit: 万元/亩\nunits: 万元", "PACK-011 p/base.yaml:7"),
    ("month that is none in a document", "doc", "issuer:", "issued: 2022-13-01\nissuer:", "PACK-010 p/doc.yaml:7"),
    ("misspelt key that is needed", "doc", "issuer:", "isuer:", "PACK-011 p/doc.yaml:7"),
    ("word that a table does not know", "t", "period: year", "period: yearly", "PACK-019 p/t.yaml:5"),
    ("method that cannot be read", "m", "all: {digits: 2}", "all: {digits: two}", "PACK-014 p/m.yaml:20"),
    ("unknown kind", "m", "kind: method", "kind: metod", "PACK-032 p/m.yaml:1"),
    ("bracket left open", "m", SHARES, 'quota: {shares: {A: "0.2"', "PACK-002 p/m.yaml:25"),
    ("wide colon", "m", "id: m\n", "id：m\n", "PACK-002 p/m.yaml:2"),
    ("control character", "m", "某办法", "某\0办法", "PACK-002 p/m.yaml:3"),
    ("blank that is none", "m", "  everyone:", "\u00a0 everyone:", "PACK-005 p/m.yaml:11"),
    ("section indented too far", "m", "\nbenchmarks:", "\n  benchmarks:", "PACK-036 p/m.yaml:14"),
    ("merge of another mapping", "doc", "source:", "<<: {number: x}\nsource:", "PACK-004 p/doc.yaml:8"),
    ("wider pack that is not there", "pack", 'version: "1"\n', 'version: "1"\nextends: [nation]\n', "PACK-026 p/pack.yaml:6"),
    ("head that cannot be read", "pack", '"100000"', '"1000"', "PACK-023 p/pack.yaml:4"),
    ("edition as a decimal", "choice", 'edition: "2022"}, title', "edition: 2022.5}, title", "PACK-009 p/choice.yaml:7"),
    # references: told where they stand, and not again by what they lead to
    ("misspelt parameter", "m", "parameter: base", "parameter: bsae", "PACK-107 p/m.yaml:15"),
    ("misspelt table", "m", "populations:", "evaluates: {table: enterprise_yer}\npopulations:", "PACK-110 p/m.yaml:10"),
    ("misspelt column of an input", "m", "measures:", "inputs: {x: {column: taks}}\nmeasures:", "PACK-111 p/m.yaml:12"),
    ("unknown class", "m", "measures:", "classes: {c: {taxonomy: tx, under: ['9']}}\nmeasures:", "PACK-109 p/m.yaml:12"),
    # units and dates of what a method rests on
    ("unknown unit of a column", "t", "unit: 万元}", "unit: 万园}", "PACK-103 p/t.yaml:10"),
    ("unit of a value that does not fit", "base", f"value: {VALUE}", f"value: {VALUE}, unit: t", "PACK-104 p/base.yaml:9"),
    ("unknown unit of a value", "base", f"value: {VALUE}", f"value: {VALUE}, unit: 万元每亩", "PACK-103 p/base.yaml:9"),
    ("unit of a measure", "m", "unit: 万元/亩", "unit: 万元/t", "EXPR-020 p/m.yaml:13"),
    ("unknown unit of a measure", "m", "unit: 万元/亩", "unit: 万圆/亩", "METHOD-015 p/m.yaml:13"),
    ("days upside down", "base", "from: 2022-01-01", "from: 2022-01-01, to: 2021-01-01", "PACK-114 p/base.yaml:9"),
    ("rule in force upside down", "m", "{from: 2022-01-01}", "{from: 2022-01-01, to: 2021-01-01}", "PACK-114 p/m.yaml:9"),
    ("list of names that is none", "t", "title: 企业, title_en: firm, type: string", "title: 企业, title_en: firm, type: string, names_from: txx", "PACK-108 p/t.yaml:8"),
    ("rules of a column that are none", "t", "title: 企业, title_en: firm, type: string", "title: 企业, title_en: firm, type: string, methods: mm", "PACK-134 p/t.yaml:8"),
    ("column twice", "t", "name: land,", "name: tax,", "PACK-035 p/t.yaml:11"),
    # grading
    ("shares in per cent", "m", SHARES, "quota: {shares: {A: 20, B: 60, C: 20}}", "METHOD-051 p/m.yaml:24"),
    ("negative share", "m", 'A: "0.2", B: "0.6"', 'A: "-0.2", B: "1"', "METHOD-051 p/m.yaml:24"),
    ("class named twice", "m", "[A, B, C]", "[A, B, B, C]", "PACK-023 p/m.yaml:23"),
    ("share named twice", "m", 'C: "0.2"}', 'A: "0.2"}', "PACK-008 p/m.yaml:24"),
    ("cut without ends", "m", SHARES, "cuts: [{grade: A}, {grade: B, at_least: 9}, {grade: C, less_than: 9}]", "METHOD-055 p/m.yaml:24"),
    ("no bands", "m", RATIO, "bands: [], digits: 0", "PACK-119 p/m.yaml:18"),
    ("negative weight", "m", "weight: 100", "weight: -100", "PACK-023 p/m.yaml:18"),
    ("percentile not named", "m", "base: {parameter: base}", STATISTIC % "percentile", "PACK-023 p/m.yaml:15"),
    ("percentile in per cent", "m", "base: {parameter: base}", STATISTIC % "percentile, percentile: 50", "PACK-023 p/m.yaml:15"),
    ("judgement as an exponent", "m", "totals:\n  all: {digits: 2}", "nodes:\n  n: {of: [tax_per_mu], weighting: {ahp: {matrix: [['1e999999999']], by: eigenvector}}, digits: 1}\ntotals:\n  all: {digits: 2, of: [n]}", "PACK-023 p/m.yaml:20"),
    # the other kinds
    ("value of a column twice", "t", "value: below", "value: above", "PACK-037 p/t.yaml:16"),
    ("code above itself", "tx", 'code: "1", name: 一, level: 1', 'code: "1", name: 一, level: 1, parent: "11"', "PACK-121 p/tx.yaml:10"),
    ("same choice twice", "choice", '"2022"}, title', '"2022"}, where: "case_type  == \'new\'", title', "PACK-038 p/choice.yaml:7"),
    ("holiday without end", "days", "to: 2026-01-03", "to: 9999-12-31", "PACK-023 p/days.yaml:7"),
    ("make-up day on a Monday", "days", "[2026-01-04]", "[2026-01-05]", "PACK-023 p/days.yaml:8"),
    ("edition of an example", "e", "method: m\n", 'method: m\nmethod_edition: "2021"\n', "PACK-140 p/e.yaml:6"),
    ("subject of an example", "e", "subject: A1", "subject: A9", "PACK-044 p/e.yaml:8"),
    ("table of an example", "e", "enterprise_year:", "enterprise_yer:", "PACK-110 p/e.yaml:10"),
    ("column of an example", "e", "tax:", "taks:", "PACK-111 p/e.yaml:11"),
    ("period of an example", "e", "period: 2022", "period: 2022Q5", "PACK-045 p/e.yaml:6"),
    ("figure of an example", "e", "{total:", "{totle:", "PACK-046 p/e.yaml:12"),
    ("number of an example that is none", "e", 'land: "10"', 'land: "1O"', "PACK-047 p/e.yaml:11"),
    ("year of an example that is none", "e", "year: 2022,", 'year: "2022.5",', "PACK-047 p/e.yaml:11"),
    ("code of an example as a number", "e", "scale: above", "scale: 1", "PACK-049 p/e.yaml:11"),
    ("value of an example that a table does not know", "e", "scale: above", "scale: abov", "PACK-049 p/e.yaml:11"),
    ("key of an example's table", "e", "- {enterprise: A1", "- {enterprises: A1", "PACK-111 p/e.yaml:11"),
    ("row of an example twice", "e", "expected:", "    - {enterprise: A1, year: 2022, tax: \"1\"}\nexpected:", "PACK-048 p/e.yaml:12"),
    ("table of an example twice", "e", "  enterprise_year:", "  enterprise_year:\n  enterprise_year:", "PACK-008 p/e.yaml:11"),
    ("formula that cannot be read", "m", "measures:", "inputs: {x: {column: land}}\nmeasures:", "METHOD-104 p/m.yaml:12"),
    ("id of a method left out", "m", "id: m\n", "id:\n", "PACK-013 p/m.yaml:2"),
    ("example of nothing", "e", '{total: "41.50"}', "{}", "PACK-119 p/e.yaml:12"),
]  # fmt: skip


def said(folder: Path, texts: dict[str, str]) -> list[str]:
    """Lint the pack as its files stand and give code and place of every problem."""
    pack = folder / "p"
    pack.mkdir()
    for name, text in texts.items():
        (pack / f"{name}.yaml").write_text(text, "utf-8")
    found = lint_whole(*packs.read(folder))
    for one in found:
        assert (
            one.what("zh") != one.what("en") and "pydantic" not in one.text() and "should match" not in one.text("en")
        )
    return [f"{one.code} {one.place.file}:{one.place.line}" for one in found]


def test_the_pack_without_a_fault_has_no_problem(tmp_path: Path) -> None:
    assert said(tmp_path, PACK) == []


@pytest.mark.parametrize(("fault", "file", "right", "wrong", "expected"), CASES, ids=[one[0] for one in CASES])
def test_one_fault_is_one_problem(tmp_path: Path, fault: str, file: str, right: str, wrong: str, expected: str) -> None:
    assert PACK[file].count(right) >= 1
    texts = {**PACK, file: PACK[file].replace(right, wrong, 1)}
    unused = "base" if "statistic" in wrong or "bands" in wrong else ""  # the baseline that nothing uses any more
    texts["base"] = texts["base"].replace("unit:", "role: statistic\nunit:", 1) if unused else texts["base"]
    if fault == "misspelt column of an input":
        texts["m"] = texts["m"].replace("tax / land", "x / land")
    if fault == "unknown class":
        texts["m"] = texts["m"].replace("scale ==", "enterprise in c and scale ==")
    assert said(tmp_path, texts) == [expected]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ("doc", "PACK-105 p/base.yaml:7"),
        ("t", "PACK-110 p/e.yaml:10"),
        ("m", "PACK-134 p/choice.yaml:6"),
        ("base", "PACK-107 p/m.yaml:15"),
    ],
)
def test_a_file_that_is_gone_is_one_problem_where_it_is_referred_to_first(
    tmp_path: Path, gone: str, expected: str
) -> None:
    assert said(tmp_path, {name: text for name, text in PACK.items() if name != gone}) == [expected]


def test_how_many_more_refer_to_what_is_gone_is_said(tmp_path: Path) -> None:
    texts = {name: text for name, text in PACK.items() if name != "doc"}
    said(tmp_path, texts)
    (told,) = lint_whole(*packs.read(tmp_path))
    assert "另有 1 处也引用它" in told.what("zh") and "more references to it: 1" in told.what("en")


def test_a_copy_of_the_shipped_packs_is_read_instead_of_them(tmp_path: Path) -> None:
    """Who copies `packs/`, changes a number and lints the copy is told of that change and of nothing else."""
    copy = tmp_path / "packs"
    shutil.copytree(packs.builtin_root() / "shandong", copy / "shandong")
    file = copy / "shandong" / "parameters" / "surcharge-d.yaml"
    file.write_text(file.read_text("utf-8").replace("completeness:", "completness:", 1), "utf-8")
    _, told = packs.read(*packs.with_builtin(copy))
    assert {one.code for one in told} == {"PACK-011"} and {one.place.file for one in told} == {
        "shandong/parameters/surcharge-d.yaml"
    }
    before, after = packs.load(packs.builtin_root()), packs.load(*packs.with_builtin())
    assert before.digest == after.digest


def test_two_editions_in_force_on_one_day_ask_for_a_rule_that_chooses(tmp_path: Path) -> None:
    texts = {name: text for name, text in PACK.items() if name != "choice"}
    later = METHOD.replace('"2022"', '"2023"').replace("2022-01-01", "2023-01-01")
    assert said(tmp_path, {**texts, "m2": later}) == ["PACK-039 p/m2.yaml:9"]


def test_an_edition_that_supersedes_another_ends_it_the_day_before_it_begins(tmp_path: Path) -> None:
    texts = {name: text for name, text in PACK.items() if name != "choice"}
    later = METHOD.replace('"2022"', '"2023"', 1).replace("2022-01-01", "2023-01-01")
    assert said(tmp_path, {**texts, "m2": later + 'supersedes: ["2022"]\n'}) == []


LATER = METHOD.replace('"2022"', '"2023"').replace("2022-01-01", "2023-01-01")
CHOSEN = EDITIONS.replace('edition: "2022"}, where', 'edition: "2023"}, where')


def test_of_two_editions_one_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    """The choice between them and the examples refer to it; the other edition is there."""
    texts = {**PACK, "m2": LATER.replace("weight: 100", "weigth: 100"), "choice": CHOSEN}
    assert said(tmp_path, texts) == ["PACK-011 p/m2.yaml:18"]


def test_a_choice_of_editions_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    texts = {**PACK, "m2": LATER, "choice": CHOSEN.replace("choices:", "choices: [")}
    (told,) = said(tmp_path, texts)
    assert told.startswith("PACK-002 p/choice.yaml")


def test_columns_that_another_file_adds_to_a_table_are_not_missed_where_it_cannot_be_read(tmp_path: Path) -> None:
    added = """kind: table
id: more
adds_to: enterprise_year
title: 补充
title_en: More
fields:
  - {name: power, titel: 用电, title_en: power, type: number, unit: kWh}
"""
    example = EXAMPLE.replace("scale: above", "scale: above, power: 5")
    method = METHOD.replace("tax / land", "tax / land + 0 * (power / power) * tax / land")
    assert said(tmp_path, {**PACK, "e": example, "m": method, "more": added}) == ["PACK-011 p/more.yaml:7"]


def test_a_file_whose_id_is_wrong_is_known_by_its_name(tmp_path: Path) -> None:
    texts = {name: text for name, text in PACK.items() if name != "doc"}
    assert said(tmp_path, {**texts, "rule": DOCUMENT.replace("id: rule", "id: a rule")}) == ["PACK-022 p/rule.yaml:2"]


def test_a_formula_that_cannot_be_read_does_not_make_its_inputs_idle(tmp_path: Path) -> None:
    method = METHOD.replace("measures:", "inputs: {area: {column: land}}\nmeasures:").replace(
        "tax / land", "tax / area )"
    )
    assert said(tmp_path, {**PACK, "m": method}) == ["EXPR-001 p/m.yaml:14"]


def test_a_name_in_capitals_is_read_too(tmp_path: Path) -> None:
    pack = tmp_path / "p"
    pack.mkdir()
    (pack / "pack.yaml").write_text(HEAD, "utf-8")
    (pack / "RULE.YAML").write_text(DOCUMENT, "utf-8")
    assert packs.read(tmp_path)[0].has("document", "rule")


def test_a_later_edition_on_trial_numbers_leaves_the_earlier_one_and_its_examples_alone(tmp_path: Path) -> None:
    ended = METHOD.replace("{from: 2022-01-01}", "{from: 2022-01-01, to: 2022-12-31}")
    trial = LATER.replace("status: in_force", "status: trial").replace("weight: 100", "weight: 100, floor: 0")
    guessed = BASE.replace(
        '- {from: 2022-01-01, value: "24.097"', '- {from: 2022-01-01, to: 2022-12-31, value: "24.097"'
    )
    guessed += '  - {from: 2023-01-01, value: "25", completeness: illustrative, clause: "1"}\n'
    texts = {name: text for name, text in PACK.items() if name != "choice"}
    assert said(tmp_path, {**texts, "m": ended, "m2": trial, "base": guessed}) == []
    book = packs.load(tmp_path)
    (example,) = [one.model for one in book.objects("example")]
    assert isinstance(example, Example) and rule_of(book, example).edition == "2022"
    assert book.method("m").edition == "2023"
