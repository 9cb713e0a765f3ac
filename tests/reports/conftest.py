"""A small evaluation to report on: eight firms, one of them with a name that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Method
from jiqun.problems import Place, problem
from jiqun.reports import Evaluated

NOTICE = {"title": "事件", "title_en": "events", "name": "测试", "name_en": "test"}
METHOD = {
    "id": "test.mu",
    "title": "试验办法",
    "title_en": "Test rule",
    "edition": "2022",
    "populations": {
        "all_firms": {"title": "全部企业", "title_en": "All firms", "where": "tax is not missing or tax is missing"}
    },
    "measures": {
        "tax_per_mu": {
            "title": "亩均税收",
            "title_en": "Tax per mu",
            "formula": "tax / land",
            "unit": "万元/亩",
            "digits": 4,
        },
    },
    "benchmarks": {"base": {"title": "基准", "value": "24.097", "digits": 3}},
    "scores": {"all_firms": {"tax_per_mu": {"weight": "100", "digits": 4, "ratio": {"to": "base"}, "cap": "150"}}},
    "totals": {"all": {"digits": 2}},
    "grades": {
        "all": {
            "classes": ["A", "B", "C", "D"],
            "quota": {"shares": {"A": "0.25", "B": "0.25", "C": "0.25", "D": "0.25"}},
        }
    },
    "moves": {"listed": {"title": "一票否决", "move": "veto", "listed": "veto"}},
}


def _contract(id_: str, key: list[str], columns: str) -> TableContract:
    fields = []
    for text in columns.split(","):
        name, title, kind, *unit = text.split()
        fields.append(
            {"name": name, "title": title, "title_en": name, "type": kind, **({"unit": unit[0]} if unit else {})}
        )
    return TableContract.model_validate(
        {"kind": "table", "id": id_, "title": id_, "title_en": id_, "fields": tuple(fields), "primaryKey": key}
    )


def _listed(value: object) -> object:
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return tuple(_listed(one) for one in value) if isinstance(value, list) else value


@pytest.fixture
def evaluated() -> Callable[..., Evaluated]:
    """Evaluate `firms` firms, eight where left out."""
    contracts = {
        one.id: one
        for one in (
            _contract(
                "enterprise_year",
                ["enterprise", "year"],
                "enterprise 代码 string,year 年 integer,tax 税收 number 万元,land 用地 number 亩",
            ),
            _contract(
                "adjustment",
                ["enterprise", "year", "kind"],
                "enterprise 代码 string,year 年 integer,kind 类 string,grade 档 string,steps 步 integer,reason 理由 string,document 文件 string",
            ),
        )
    }
    method = Method.model_validate(_listed(METHOD))
    plan = compile_method(method, 2022, contracts=contracts)

    def make(firms: int = 8, official: bool = False, language: str = "zh", land: float = 10.0) -> Evaluated:
        ids = [f"F{number:06d}" for number in range(firms)]
        frame = pl.DataFrame(
            {
                "enterprise": ids,
                "year": [2022] * firms,
                "tax": [None if number == 3 else 12.5 * number for number in range(firms)],
                "land": [land if number == 4 else 10.0 for number in range(firms)],
            }
        )
        lists = pl.DataFrame(
            {
                "enterprise": ["F000007"],
                "year": [2022],
                "kind": ["veto"],
                "grade": ["D"],
                "steps": [None],
                "reason": ["重大事故"],
                "document": ["虚拟〔2022〕1号"],
            },
            schema_overrides={"steps": pl.Int64},
        )
        result = evaluate(plan, {"enterprise_year": frame, "adjustment": lists})
        facts = pl.DataFrame(
            {
                "enterprise": ids,
                "name": ['=HYPERLINK("x")' if number == 1 else f"示范{number}有限公司" for number in range(firms)],
                "district": ["500112"] * firms,
                "scale": ["above"] * firms,
            }
        )
        return Evaluated(
            plan=plan,
            trace=result.trace,
            gathered=result.gathered,
            moves=result.moves,
            run="r1",
            snapshot="s1",
            official=official,
            rule="# 试验办法\n\n| 名称 | 内容 |\n| --- | --- |\n| 亩均税收 | 税收 ÷ 用地 |\n\n- 第一条\n",
            notices=(problem("METHOD-028", Place(item="test"), table="event", **NOTICE),),
            facts=facts,
            language=language,  # type: ignore[arg-type]
        )

    return make
