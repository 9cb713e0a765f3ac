"""Small contracts and a way from YAML text to a method, for every test of methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from jiqun.methods.compiling.compile import Plan, compile_method
from jiqun.packs.models import TableContract
from jiqun.packs.models.method import Method

HERE = Path(__file__).parent


def _contract(id_: str, key: list[str], columns: str) -> TableContract:
    fields = []
    for text in columns.split(","):
        name, kind, *unit = text.split()
        fields.append(
            {"name": name, "title": name, "title_en": name, "type": kind, **({"unit": unit[0]} if unit else {})}
        )
    return TableContract.model_validate(
        {"kind": "table", "id": id_, "title": id_, "title_en": id_, "fields": tuple(fields), "primaryKey": key}
    )


@pytest.fixture(scope="session")
def contracts() -> Mapping[str, TableContract]:
    """Tables like those of the national pack, with fewer columns."""
    made = (
        _contract(
            "enterprise",
            ["enterprise"],
            "enterprise string,name string,industry string,district string,registered_on date,status string",
        ),
        _contract(
            "enterprise_year",
            ["enterprise", "year"],
            "enterprise string,year integer,name string,scale string,industry string,district string,park string,"
            "revenue number 万元,main_revenue number 万元,output number 万元,value_added number 万元,tax number 万元,"
            "profit number 万元,assets number 万元,liabilities number 万元,rd number 万元,staff number 人,land number 亩,"
            "power number 万kWh,energy number tce,water number t,emission number 当量吨,cod number t,"
            "landlord string,parcel string,products string,basis string,exporter boolean,production_started_on date",
        ),
        _contract(
            "event",
            ["enterprise", "date"],
            "enterprise string,date date,kind string,level string,document string,fine number 万元",
        ),
        _contract(
            "ip_right",
            ["number"],
            "enterprise string,number string,class integer,own_developed boolean,granted_on date",
        ),
        _contract(
            "certified_score",
            ["enterprise", "scheme", "year"],
            "enterprise string,scheme string,year integer,score number",
        ),
        _contract(
            "adjustment",
            ["enterprise", "year", "kind"],
            "enterprise string,year integer,kind string,grade string,steps integer,reason string,document string",
        ),
        _contract(
            "grade_history",
            ["enterprise", "year", "method"],
            "enterprise string,year integer,method string,grade string,total number",
        ),
        _contract("land_use", ["enterprise", "year"], "enterprise string,year integer,used number 亩,owned number 亩"),
    )
    return {one.id: one for one in made}


@pytest.fixture(scope="session")
def method_of() -> Callable[[str], Method]:
    """Read a method from YAML text or from a file of packs_for_tests; `id`, `title` and `title_en` may be left out."""

    def read(text: str) -> Method:
        source = (HERE / "packs_for_tests" / text).read_text("utf-8") if text.endswith(".yaml") else text
        data: dict[str, Any] = {"id": "test", "title": "试", "title_en": "test", **yaml.load(source, yaml.CSafeLoader)}
        return Method.model_validate(data)

    return read


@pytest.fixture(scope="session")
def plan_of(method_of: Callable[[str], Method], contracts: Mapping[str, TableContract]) -> Callable[..., Plan]:
    """Compile YAML text (or a file of packs_for_tests) for a period, 2022 where left out."""

    def compiled(text: str, period: int | str = 2022, **more: Any) -> Plan:
        return compile_method(method_of(text), period, contracts=contracts, **more)

    return compiled
