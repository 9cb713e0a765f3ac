"""One mistake in a method that is right otherwise: one problem, at the line of the mistake, with no echo of it.

The rule is written into a pack of its own and read as `jiqun packs lint FOLDER` reads it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun import packs
from jiqun.methods import load
from jiqun.methods.linting.lint import lint_method
from jiqun.packs.lint import lint
from jiqun.problems import Problem

FILES = {
    "pack": 'id: p\ntitle: 包\ntitle_en: Pack\njurisdiction: "100000"\nversion: "1"\n',
    "doc": """kind: document
id: rule
title: 规则
title_en: Rule
status: in_force
completeness: complete
issuer: 某市
source: {evidence: R}
clauses:
  "1": {text: 第一条}
""",
    "t": """kind: table
id: enterprise_year
title: 年度
title_en: Year
period: year
primaryKey: [enterprise, year]
fields:
  - {name: enterprise, title: 企业, title_en: Firm, type: string}
  - {name: year, title: 年, title_en: Year, type: integer}
  - {name: tax, title: 税收, title_en: Tax, type: number, unit: 万元}
  - {name: land, title: 用地, title_en: Land, type: number, unit: 亩}
  - {name: energy, title: 能耗, title_en: Energy, type: number, unit: tce}
  - {name: scale, title: 规模, title_en: Scale, type: string, constraints: {enum: [above, below]}}
""",
}
METHOD = """kind: method
id: m
title: 办法
title_en: Method
edition: "2023"
status: in_force
completeness: complete
in_force: {from: 2023-01-01}
document: rule
clause: "1"
populations:
  above: {title: 规上, title_en: Above, where: 'scale == "above"', clause: "1"}
  below: {title: 规下, title_en: Below, where: 'scale == "below"', clause: "1"}
measures:
  tax_per_mu: {title: 亩均税收, title_en: Tax per mu, formula: tax / land, unit: 万元/亩, digits: 4, clause: "1"}
  tax_per_tce: {title: 能耗税收, title_en: Tax per tce, formula: tax / energy, unit: 万元/tce, digits: 4, clause: "1"}
benchmarks:
  base: {value: "20", clause: "1"}
scores:
  all:
    tax_per_mu: {ratio: {to: base}, weight: "60", cap: "90", digits: 2, clause: "1"}
    tax_per_tce:
      weight: "40"
      digits: 2
      bands: [{at_least: "2", points: "40"}, {at_least: "1", less_than: "2", points: "20"}, {less_than: "1", points: "0"}]
      clause: "1"
totals:
  all: {digits: 2, clause: "1"}
grades:
  all:
    title: 档次
    title_en: Grade
    classes: [A, B, C]
    quota: {shares: {A: "0.2", B: "0.6", C: "0.2"}, clause: "1"}
"""
NODE = 'nodes:\n  n: {%s, digits: 2, clause: "1"}\ntotals:\n  all: {of: [n], digits: 2'
MOVE = '\nmoves:\n  veto: {title: 否决, title_en: Veto, move: %s, clause: "1"}\n'
TOTALS = "totals:\n  all: {digits: 2"
ONE_ONLY = """scores:
  above: {tax_per_mu: {ratio: {to: base}, weight: "100", digits: 2, clause: "1"}}
  below: {tax_per_tce: {bands: [{points: "100"}], weight: "100", digits: 2, clause: "1"}}
"""
GRANT = '\nentitlements:\n  e: {title: 补助, title_en: Grant, clause: "1", unit: 万元, amount: %s}\n'
SHARED = """
entitlements:
  g: {title: 补助, title_en: Grant, clause: "1", unit: 万元, amount: tax * 0.1}
  h: {title: 奖励, title_en: Award, clause: "1", unit: 万元, digits: 0, amount: tax * 0.1}
budgets:
  b: {title: 资金, title_en: Money, clause: "1", amount: 10, of: %s}
"""
INPUT = '\ninputs:\n  i: {title: 输入, title_en: Input, clause: "1", %s}\nentitlements:\n  e: {title: 补助, title_en: Grant, clause: "1", where: i > 1}\n'  # fmt: skip
CASES = [
    ("the shares add up to more than one", 'C: "0.2"', 'C: "0.3"', "METHOD-050"),
    ("the weights add up to 90", 'weight: "60", cap: "90"', 'weight: "50"', None),
    ("two bands share their end", 'less_than: "2"', 'at_most: "2"', "METHOD-102"),
    ("a band is missing", '{at_least: "1", less', '{at_least: "1.5", less', "METHOD-101"),
    ("the unit is another one's", "unit: 万元/tce", "unit: 万元/亩", "EXPR-020"),
    ("money and land are added", "tax / land", "tax + land", "EXPR-011"),
    ("a column is misspelt", "tax / energy", "tax / enregy", "EXPR-010"),
    ("a benchmark is misspelt", "to: base", "to: bass", "METHOD-007"),
    ("a scored item is misspelt", "    tax_per_mu: {r", "    tax_per_muu: {r", "METHOD-007"),
    ("a share is given to no class", "shares: {A", "shares: {S", "METHOD-007"),
    ("a clause is not in the document", '2, clause: "1"}\ngrades', '2, clause: "9"}\ngrades', "PACK-106"),
    ("a number is a YAML float", 'weight: "60"', "weight: 60.0", "PACK-009"),
    ("decimals are negative", "unit: 万元/亩, digits: 4", "unit: 万元/亩, digits: -1", "PACK-023"),
    ("decimals are left out", "unit: 万元/亩, digits: 4", "unit: 万元/亩", "PACK-012"),
    ("a key is written twice", "totals:\n", 'totals:\n  all: {digits: 1, clause: "1"}\n', "PACK-008"),
    ("a unit is unknown", "unit: 万元/tce", "unit: 万元/tcee", "METHOD-015"),
    ("a sign is typographic", "tax / land", "tax ÷ land", "EXPR-003"),
    ("a cap has more decimals than points", 'cap: "90"', 'cap: "90.123"', "METHOD-009"),
    ("a condition assigns", 'scale == "above"', 'scale = "above"', "EXPR-001"),
    ("a condition asks for what cannot be", 'scale == "below"', 'scale == "bellow"', "METHOD-131"),
    ("a condition is a number", 'scale == "below"', "tax / land", "METHOD-006"),
    ("two populations have one condition", 'scale == "below"', 'scale == "above"', "METHOD-105"),
    ("the last class has a minimum", 'C: "0.2"}', 'C: "0.2"}, minimum: {C: "30"}', "METHOD-054"),
    ("a grade has two rules", "    quota: {", "    cuts: [{grade: A}]\n    quota: {", "PACK-021"),
    ("an extreme has weights", TOTALS, NODE % 'take: min, of: [tax_per_mu], weights: {tax_per_mu: "1"}', "PACK-023"),
    ("a node is made of nothing known", TOTALS, NODE % "of: [tax_per_mu, tax_per_t]", "METHOD-007"),
    ("a node is made of itself", TOTALS, NODE % "of: [n, tax_per_mu]", "METHOD-010"),
    ("a move leads to no class", None, MOVE % 'veto, to: D, where: "tax < 0"', "METHOD-007"),
    ("an inheritance has no heir", None, MOVE % "inherit", "PACK-023"),
    ("a section is misspelt", "benchmarks:", "benchmark:", "PACK-011"),
    ("the days are in the wrong order", "2023-01-01}", "2023-01-01, to: 2022-01-01}", "PACK-114"),
    ("a line is indented by a tab", "  all: {digits", "\tall: {digits", "PACK-005"),
    ("a class can be given by nothing", "classes: [A, B, C]", "classes: [A, B, C, D]", "METHOD-106"),
    (
        "nobody is evaluated",
        METHOD[METHOD.index("populations:") : METHOD.index("measures:")],
        "populations: {}\n",
        "PACK-119",
    ),
    ("one population lacks what it is ranked by", None, None, "METHOD-107"),
    ("a queue has no order", None, GRANT % "tax * 0.1, budget: {amount: 10, cut: in_order}", "PACK-023"),
    ("an order has no queue", None, GRANT % "tax * 0.1, budget: {amount: 10, order: [land]}", "PACK-023"),
    ("a queue goes by nothing", None, GRANT % "tax * 0.1, budget: {amount: 10, cut: in_order, order: [-lnad]}", "METHOD-007"),
    ("a group may have none", 'C: "0.2"}', 'C: "0.2"}, per_group: {by: industry, most: {A: 0}}', "PACK-023"),
    ("the last class is limited", 'C: "0.2"}', 'C: "0.2"}, per_group: {by: industry, most: {C: 1}}', "PACK-023"),
    ("nobody has that group", 'C: "0.2"}', 'C: "0.2"}, per_group: {by: industri, most: {A: 1}}', "METHOD-007"),
    ("a limited class is none of them", 'C: "0.2"}', 'C: "0.2"}, per_group: {by: enterprise, most: {E: 1}}', "METHOD-007"),
    ("a line is no benchmark", 'quota: {shares: {A: "0.2", B: "0.6", C: "0.2"}, clause: "1"}', 'cuts: [{grade: A, at_least: besa}, {grade: B, less_than: base}, {grade: C, at_most: 0}]\n    clause: "1"', "METHOD-007"),
    ("being out asks for nothing", "measures:", 'exceptions: {out: {title: 出, unless: basiks, effect: scored_not_graded, clause: "1"}}\nmeasures:', "METHOD-007"),
    ("being out for good rests on results", "measures:", "exceptions: {out: {title: 出, unless: basics, effect: exempt}}\nmeasures:", "PACK-023"),
    (
        "kinds are raised",
        '    quota: {shares: {A: "0.2", B: "0.6", C: "0.2"}, clause: "1"}',
        '    classes_are: kinds\n    cuts: [{grade: A, at_least: 9}, {grade: B, at_least: 1, less_than: 9}, {grade: C, less_than: 1}]\n    clause: "1"\nmoves: {up: {title: 提, move: raise, where: "tax > 9", clause: "1"}}',
        "METHOD-140",
    ),
    ("kinds are ranked", "    quota: {", "    classes_are: kinds\n    quota: {", "PACK-023"),
    ("a budget is shared by one", None, SHARED % "[g]", "PACK-023"),
    ("a budget is shared by nobody there", None, SHARED % "[g, gg]", "METHOD-007"),
    ("a budget is shared by other units", None, SHARED % "[g, h]", "METHOD-069"),
    ("working days without a calendar", None, GRANT % '"tax * (2 if working_days_between(period_start, period_end) > 5 else 1)"', "EXPR-029"),
    ("segments lack a rate", None, GRANT % '"progressive(tax, 0.1, 500, 0.2, 900)"', "EXPR-027"),
    ("segments run backwards", None, GRANT % '"progressive(tax, 0.1, 900, 0.2, 500, 0.3)"', "EXPR-028"),
    ("a quantity is raised to a power", None, GRANT % '"raised_to(tax, 2) * tax"', "EXPR-026"),
    ("the best of a count", None, INPUT % "rollup: {table: enterprise_year, take: count, best: 3}", "PACK-023"),
    ("a count over no rows", None, INPUT % "rollup: {table: enterprise_year, take: count, no_rows: 0}", "PACK-023"),
    ("of each without the best", None, INPUT % "rollup: {table: enterprise_year, take: sum, of: tax, each: [scale]}", "PACK-023"),
    ("many periods of all rows", None, INPUT % "rollup: {table: enterprise_year, take: count, periods: 3}", "PACK-023"),
    ("of each of nothing", None, INPUT % "rollup: {table: enterprise_year, take: sum, of: land, best: 1, each: [scael]}", "METHOD-003"),
    ("all rows of an earlier period", None, INPUT % "earlier: 1, rollup: {table: enterprise_year, take: count}", "PACK-023"),
    ("a word stands in for a number", None, INPUT % "column: land, if_missing: 很大", "METHOD-006"),
]  # fmt: skip


def found_in(folder: Path, method: str) -> list[Problem]:
    pack = folder / "p"
    pack.mkdir()
    for name, text in {**FILES, "m": method}.items():
        (pack / f"{name}.yaml").write_text(text, "utf-8")
    book, problems = packs.read(folder)
    found = [*problems, *lint(book)]
    for one in book.objects("method"):
        loaded = load(one.id, book, one.model.edition)
        found += lint_method(loaded.method, book, at=loaded.at)
    return found


def test_the_method_without_a_mistake_has_no_problem(tmp_path: Path) -> None:
    assert found_in(tmp_path, METHOD) == []


@pytest.mark.parametrize(("mistake", "right", "wrong", "code"), CASES, ids=[one[0] for one in CASES])
def test_a_mistake_is_one_problem_at_its_line(
    tmp_path: Path, mistake: str, right: str | None, wrong: str | None, code: str | None
) -> None:
    text = METHOD + (wrong or "") if right is None else METHOD.replace(right, str(wrong), 1)
    if wrong is None:
        scores = METHOD[METHOD.index("scores:") : METHOD.index("totals:")]
        text = METHOD.replace(scores, ONE_ONLY).replace("quota: {", "quota: {of: tax_per_mu_points, ")
    assert text != METHOD
    found = found_in(tmp_path, text)
    assert [one.code for one in found] == [code or "METHOD-100"], "\n".join(one.text() for one in found)
    before, after = METHOD.splitlines(), text.splitlines()
    first = next(at for at, line in enumerate(after, start=1) if before[at - 1 : at] != [line])
    last = len(after) - next(
        at for at, line in enumerate(reversed(after)) if [line] != before[len(before) - 1 - at :][:1]
    )
    assert first - 3 <= found[0].place.line <= last + 1, f"{found[0].text()} ({first}–{last})"
    for language in ("zh", "en"):
        assert "Input should" not in found[0].text(language) and "—" not in found[0].text(language)
