"""A snapshot that leaves is a Data Package: it says what every column is, and nothing leaves that must not."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date

import polars as pl
import pytest

from jiqun.desk.context import Context
from jiqun.desk.datapackage import Cut, _field, _written, write_package
from jiqun.ledger.snapshot import snapshots

NAME = re.compile(r"[-a-z0-9._/]+")  # of packages and resources, by the Data Package standard
READ = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
}


@pytest.fixture(scope="module")
def region(demo):
    context = Context(demo.folder)
    return context, snapshots(context.workspace)[-1]


def packed(region, form="csv", cut=Cut()):  # noqa: B008
    out = io.BytesIO()
    write_package(*region, out, form, cut)
    return out.getvalue()


def opened(content):
    files = zipfile.ZipFile(io.BytesIO(content))
    return files, json.loads(files.read("datapackage.json"))


def test_every_file_is_described_and_holds_what_the_ledger_holds(region):
    snapshot = region[1]
    files, package = opened(packed(region))
    described = {one["path"] for one in package["resources"]}
    assert set(files.namelist()) == described | {"datapackage.json", "README.md"}
    assert NAME.fullmatch(package["name"]) and package["id"] == snapshot.content
    for one in package["resources"]:
        content, frame = files.read(one["path"]), snapshot.table(one["name"])
        assert NAME.fullmatch(one["name"]) and one["bytes"] == len(content)
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        fields = one["schema"]["fields"]
        assert [field["name"] for field in fields] == list(rows[0]) == frame.columns
        for field in fields:
            read = [READ[field["type"]](row[field["name"]]) if row[field["name"]] else None for row in rows]
            assert read == frame[field["name"]].to_list(), (one["name"], field["name"])


def test_an_example_is_written_as_the_values_are(region):
    """frictionless 5 refuses a package whose boolean field has the example 是."""
    book = region[0].book
    examples = {
        one.name: _field(one).get("example")
        for table in book.tables
        for one in book.table(table).fields
        if one.type == "boolean" and one.example
    }
    assert len(examples) > 20 and set(examples.values()) == {"true", "false"}


def test_values_keep_what_the_schema_promises(region):
    files, package = opened(packed(region))
    tables = {
        one["name"]: list(csv.DictReader(io.StringIO(files.read(one["path"]).decode()))) for one in package["resources"]
    }
    for one in package["resources"]:
        rows, schema = tables[one["name"]], one["schema"]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys)
        for key in schema.get("foreignKeys", []):
            there = {
                tuple(row[name] for name in key["reference"]["fields"])
                for row in tables[key["reference"]["resource"] or one["name"]]
            }
            used = [tuple(row[name] for name in key["fields"]) for row in rows]
            assert {one for one in used if all(one)} <= there
        for field in schema["fields"]:
            asked = field.get("constraints", {})
            said = [row[field["name"]] for row in rows if row[field["name"]]]
            assert not asked.get("required") or len(said) == len(rows)
            assert set(said) <= set(asked.get("enum", said))
            assert all(re.fullmatch(asked["pattern"], value) for value in said if "pattern" in asked)
            assert all(float(value) >= asked["minimum"] for value in said if "minimum" in asked)
    assert any(field.get("unit") == "万元" for one in package["resources"] for field in one["schema"]["fields"])


def test_the_same_snapshot_gives_the_same_bytes_and_parquet_holds_the_same_rows(region):
    assert packed(region) == packed(region)
    files, package = opened(packed(region, "parquet"))
    for one in package["resources"]:
        assert pl.read_parquet(files.read(one["path"])).equals(region[1].table(one["name"]))


def test_restricted_columns_and_foreign_rows_stay_and_the_package_says_so(region):
    firm = region[1].table("enterprise")["enterprise"][0]
    cut = Cut(
        "one",
        lambda rows: rows.filter(pl.col("enterprise") == firm) if "enterprise" in rows.columns else rows.clear(),
        False,
    )
    content = packed(region, cut=cut)
    files, package = opened(content)
    names = {one["name"]: one for one in package["resources"]}
    assert names["parcel"]["jiqun:rows"] == 0 and "tax" in names["enterprise_year"]["jiqun:omitted"]
    assert "tax" not in files.read("data/enterprise_year.csv").decode().splitlines()[0].split(",")
    other = region[1].table("enterprise")["enterprise"][1]
    assert not any(other.encode() in files.read(name) for name in files.namelist())
    assert "sources" not in package and package["jiqun:cut"] == {"for": "one", "whole": False, "restricted": False}


def test_text_that_a_spreadsheet_would_run_is_guarded_and_counted():
    content, guarded = _written(
        pl.DataFrame({"name": ["=cmd|' /C calc'!A0", "-5.2", None, "甲"], "n": [1.5, None, -2.0, 0.0]}), "csv"
    )
    assert guarded == 1 and content.decode().splitlines()[1:] == ["'=cmd|' /C calc'!A0,1.5", "-5.2,", ",-2.0", "甲,0.0"]
