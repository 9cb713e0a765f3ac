"""Where a firm lies, when its yearly report does not say so."""

from __future__ import annotations

import polars as pl

from jiqun.desk.by_register import by_register, filled_digest
from jiqun.desk.explaining import with_register

REGISTER = pl.DataFrame(
    {"enterprise": ["甲", "乙", "丙"], "district": ["500109", "500112", None], "industry": ["3670", "3411", "2710"]}
)


def test_what_was_reported_for_the_year_stands_and_the_register_fills_the_rest() -> None:
    said = pl.DataFrame(
        {
            "enterprise": ["丙", "甲", "乙", "丁"],
            "year": [2024] * 4,
            "district": [None, None, "500107", None],
            "industry": [None, "3812", None, None],
        },
        schema_overrides={"district": pl.String, "industry": pl.String},
    )
    filled = by_register(said, REGISTER)
    assert filled["enterprise"].to_list() == ["丙", "甲", "乙", "丁"]
    assert filled["district"].to_list() == [None, "500109", "500107", None], "who moved since is where the year says"
    assert filled["industry"].to_list() == ["2710", "3812", "3411", None]
    assert filled_digest(said, filled) and filled_digest(filled, filled) is None, "a run's id tells what was filled"


def test_a_firm_is_called_as_the_register_has_it_now_or_had_it_formerly_and_never_by_a_departments_short_name() -> None:
    register = pl.DataFrame(
        {
            "enterprise": ["甲", "乙", "丙"],
            "name": ["新名机械公司", "示范电子公司", None],
            "former_names": ["旧名机械公司;老名机械公司", "示范电子一厂", None],
        }
    )
    said = pl.DataFrame({"enterprise": ["甲", "乙", "丙", "丁"], "name": ["旧名机械公司", "示范电子", "丙厂", "丁厂"]})
    names = with_register(register, said)["name"].to_list()
    assert names == ["旧名机械公司", "示范电子公司", "丙厂", "丁厂"]
