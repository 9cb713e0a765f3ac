"""A split (分立) that the register tells stands on the pages of both firms, in words, with its cell."""

from __future__ import annotations

import polars as pl
import pytest
from tests.web.test_ledger import csv, firms, hand_in, own_ledger

from jiqun.web.jobs.queue import do_all
from jiqun.web.land.turned_words import turned_words

__all__ = ["own_ledger"]  # the fixture that gives a test a ledger of its own
HEADS = "统一社会信用代码,企业名称,行政区划代码,成立日期,由何企业分立"


@pytest.mark.parametrize("by_name", [False, True])
def test_a_split_stands_on_the_pages_of_both_firms(as_user, by_name):
    analyst, known = as_user("analyst"), firms()
    child, parent = known["enterprise"][0], known["enterprise"][1]
    name = {one: known.filter(pl.col("enterprise") == one)["name"].item() for one in (child, parent)}
    row = f"{child},{name[child]},{known['district'][0]},2024-03-01,{name[parent] if by_name else parent}"
    upload = hand_in(analyst, "分立.csv", csv([row], HEADS), table="enterprise", period="")
    analyst.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    upload.refresh_from_db()
    assert upload.state == "committed", upload.preview["problems"]
    page = analyst.get(f"/enterprises/{child}/").content.decode()
    assert f"2024-03-01 由{name[parent]}（" in page and "分立.csv!E2" in page
    page = analyst.get(f"/enterprises/{parent}/").content.decode()
    assert f"2024-03-01 分立出{name[child]}（" in page and "分立.csv!E2" in page
    assert "分立" not in analyst.get(f"/enterprises/{known['enterprise'][2]}/").content.decode()


def test_a_comparison_says_it_in_both_languages():
    split = {"turned": [{"kind": "split", "before": "甲厂", "after": "2024-03-01"}], "direction": "new"}
    parted = {"turned": [{"kind": "parted", "before": "", "after": "甲新厂、甲二厂"}], "direction": "same"}
    assert (turned_words(split, "zh"), turned_words(parted, "zh")) == ("2024-03-01 由甲厂分立", "分立出甲新厂、甲二厂")
    assert turned_words(split, "en") == "split off from 甲厂 on 2024-03-01"
