"""A workspace's own rule, in force and read in full: what the shipped packs cannot have, since nobody sent it to us."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from jiqun.values.uscc import check_character

PACK = 'id: own\ntitle: 本区\ntitle_en: Own\njurisdiction: "500199"\nversion: "1"\nextends: national\n'
DOCUMENT = """kind: document
id: own-2023
title: 本区评价办法
title_en: Own rule
number: 本区发〔2023〕1号
issuer: 本区
source: {evidence: R}
clauses:
  一: {text: 全部条款}
"""
METHOD = """kind: method
id: own.rule
title: 本区人均税收评价
title_en: Tax per person
edition: "2023"
status: in_force
completeness: complete
in_force: {from: 2023-01-01}
document: own-2023
clause: 一
populations: {firms: {title: 工业企业, where: tax is not missing and staff > 0}}
measures: {tax_per_staff: {title: 人均税收, formula: tax / staff, unit: 万元/人, digits: 4}}
scores: {all: {tax_per_staff: {rank: {}, digits: 2, weight: 100}}}
totals: {all: {digits: 2}}
"""
CUTS = "grades: {all: {classes: [A, B], cuts: [{grade: A, at_least: 60}, {grade: B, less_than: 60}]}}\n"
QUOTA = """grades:
  all:
    classes: [A, B, C, D]
    quota:
      shares: {A: "0.20", B: "0.50", C: "0.25", D: "0.05"}
      pools: [population]
      ties: {then: better}
      per_group: {by: district, most: {A: 500}}
moves:
  listed_raise: {title: 提档, title_en: Raised, move: raise, listed: raise, clause: 一}
entitlements:
  power_price: {title: 用电加价, grades: [D], amount: "tax / 10", unit: 万元, digits: 2, effect: burden, clause: 一}
"""


def calendar(year: int) -> str:
    """A year without holidays, so that tests do not end with the notices that are known."""
    return (
        f"kind: calendar\nid: working-days.{year}\ntitle: {year}年\ntitle_en: Year {year}\nyear: {year}\nholidays: []\n"
    )


def add_own_pack(workspace: Path, method: str, base: str = "national", calendars: tuple[int, ...] = ()) -> Path:
    """Write the rule into a workspace as its own pack, beside a pack that is there; return the rule's file."""
    pack = workspace / "packs" / "own"
    pack.mkdir(parents=True)
    for name, text in (("pack", PACK), ("document", DOCUMENT), ("method", method)):
        (pack / f"{name}.yaml").write_text(text, "utf-8")
    for year in calendars:
        (pack / f"calendar-{year}.yaml").write_text(calendar(year), "utf-8")
    toml = workspace / "jiqun.toml"
    toml.write_text(re.sub(r"(?m)^packs = .*$", f'packs = ["{base}", "own"]', toml.read_text("utf-8")), "utf-8")
    return pack / "method.yaml"


def code(number: int) -> str:
    """The credit code of the nth firm of the small region."""
    body = f"91500103MA5U{number:05d}"
    return body + check_character(body)


def small_files(folder: Path, firms: int = 40) -> tuple[Path, Path]:
    """Write the register and the figures of a small region: firm n pays 100 + 10 n 万元 with ten people."""
    register, figures = folder / "企业名录.csv", folder / "税收.csv"
    with register.open("w", encoding="utf-8-sig", newline="") as out:
        rows = [(code(one), f"示范{one:02d}制造有限公司", "500103" if one % 2 else "500105") for one in range(firms)]
        csv.writer(out).writerows([("统一社会信用代码", "企业名称", "行政区划代码"), *rows])
    with figures.open("w", encoding="utf-8-sig", newline="") as out:
        told = [(code(one), 100 + 10 * one, 10) for one in range(firms)]
        csv.writer(out).writerows([("统一社会信用代码", "实缴税金（万元）", "平均职工人数（人）"), *told])
    return register, figures


def small_workspace(folder: Path, jiqun: Callable[..., None]) -> Path:
    """Make a workspace with the rule and, through the command line, the small region's figures of 2024."""
    made = folder / "workspace"
    jiqun("init", made)
    year = date.today().year
    add_own_pack(made, METHOD + QUOTA, calendars=(year, year + 1))
    register, figures = small_files(folder)
    jiqun("-w", made, "import", register, "--table", "enterprise")
    jiqun("-w", made, "import", figures, "--table", "enterprise_year", "--period", 2024)
    return made
