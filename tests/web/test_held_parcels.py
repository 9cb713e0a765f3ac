"""A parcel that a firm holds without a record of use is land of the firm on its page too."""

from __future__ import annotations

import polars as pl
import pytest
from tests.web.test_ledger import csv, hand_in, own_ledger, reported_firm

from jiqun.web.enterprises.sites import land_by_year, sites
from jiqun.web.jobs.queue import do_all
from jiqun.web.region import ledger

pytestmark = pytest.mark.usefixtures(own_ledger.__name__)
PARCEL = "500102001001GB09999"


def test_a_held_parcel_without_a_record_of_use_stands_among_the_parcels(as_user):
    client, firm = as_user("analyst"), reported_firm()
    before = [one.parcel for one in sites(firm, "zh")]
    rows = [f"{PARCEL},渝（2019）102第000035号,2000,{firm}"]
    heads = "宗地代码,不动产权证号,使用权面积（㎡）,使用权人统一社会信用代码"
    upload = hand_in(client, "宗地.csv", csv(rows, heads), table="parcel", period="")
    client.post(f"/ledger/imports/uploads/{upload.token}/commit/")
    do_all()
    *_, last = sites(firm, "zh")
    assert [one.parcel for one in sites(firm, "zh")] == [*before, PARCEL]
    assert (last.kind, last.area, last.certificate, last.part) == ("使用权人", 3.0, "渝（2019）102第000035号", "")
    assert client.get(last.cells).status_code == 200
    assert PARCEL in client.get(f"/enterprises/{firm}/?tab=land").content.decode()
    assert land_by_year(firm)[-1]["owned"] >= 3.0
    used = ledger().table("occupancy").filter(pl.col("enterprise") == firm)["parcel"].to_list()
    assert not {one.parcel for one in sites(firm, "zh") if one.kind == "使用权人"} & set(used), "used ones stand once"
