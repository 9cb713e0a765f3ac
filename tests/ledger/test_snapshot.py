"""Snapshots: the same bytes for ever, a hash of content and of nothing else, damage noticed."""

from __future__ import annotations

import hashlib
import random
import struct
from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from tests.ledger.conftest import ENTERPRISE, OCCUPANCY, PARCEL, WHEN, YEARLY, Bring, code, contract

from jiqun.ledger import Snapshot, Workspace, decide, freeze, init, open_snapshot, snapshots, undo
from jiqun.ledger.content import content_hash
from jiqun.problems import ProblemsError

A, B, C = code(1), code(2), code(3)
LATER = datetime(2025, 6, 1)


def written(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_ipc(out)
    return out.getvalue()


def test_an_old_snapshot_reads_the_same_bytes_after_everything_that_can_happen(
    workspace: Workspace, bring: Bring
) -> None:
    bring(ENTERPRISE, [{"enterprise": A, "name": "重庆长江精密机械有限公司", "district": "500112"}])
    bring(
        YEARLY,
        [
            {"enterprise": None, "name": "重庆**公司", "year": 2024, "tax": 5.0},
            {"enterprise": A, "year": 2024, "tax": 1.5},
        ],
    )
    first = bring(YEARLY, [{"enterprise": B, "year": 2024, "tax": 2.5, "staff": 9}])
    old = freeze(workspace, note="公示", when=WHEN)
    bytes_then = {name: written(old.table(name)) for name in old.names}

    bring(YEARLY, [{"enterprise": A, "year": 2024, "tax": 7.0}], note="重报")
    undo(workspace, first.number, who="王工", when=LATER, note="")
    decide(workspace, "|重庆**公司|", "same", C, who="王工", when=LATER)
    wider = contract(
        "enterprise_year", YEARLY.primary_key, **{c: YEARLY.column(c).type for c in YEARLY.column_names}, water="number"
    )
    bring(wider, [{"enterprise": C, "year": 2024, "water": 3.0}])

    for cached in (True, False):
        again = open_snapshot(Workspace.open(workspace.root), old.id)
        if not cached:
            for file in workspace.cache.iterdir():
                file.unlink()
        assert {name: written(again.table(name)) for name in again.names} == bytes_then
    now = freeze(workspace, when=LATER)
    assert now.content != old.content
    assert now.table("enterprise_year").select("enterprise", "tax", "water").rows() == sorted(
        [(A, 7.0, None), (C, 5.0, 3.0)]
    )


def test_the_content_hash_knows_content_only_not_the_way_it_came(
    tmp_path: Path, bring: Bring, workspace: Workspace
) -> None:
    rows = [{"enterprise": code(n), "year": 2024, "tax": n / 7, "staff": n if n % 3 else None} for n in range(50)]
    bring(YEARLY, rows)
    one = freeze(workspace, when=WHEN)

    from tests.ledger import conftest

    other = init(tmp_path / "other")
    random.Random(5).shuffle(rows)
    for part in (rows[:20], rows[20:]):
        file = tmp_path / f"{len(part)}.csv"
        file.write_text(str(len(part)))
        conftest.commit(other, YEARLY, conftest.reported(YEARLY, part, file), conftest.Told("李工", WHEN))
    two = freeze(other, when=LATER)
    assert two.content == one.content and two.id != one.id
    assert written(two.table("enterprise_year")) == written(one.table("enterprise_year"))


@pytest.mark.parametrize(
    "other",
    [
        {"k": ["a", "b"], "n": [1.0, 2.0000000000000004], "t": ["x", None]},
        {"k": ["a", "b"], "n": [1.0, None], "t": ["x", None]},
        {"k": ["a", "b"], "n": [1.0, 2.0], "t": ["x", ""]},
        {"k": ["a", "b"], "n": [1.0, 2.0], "t": [None, "x"]},
        {"k": ["ab", ""], "n": [1.0, 2.0], "t": ["x", None]},
        {"k": ["a", "b"], "n": [1, 2], "t": ["x", None]},
        {"k": ["a", "b"], "m": [1.0, 2.0], "t": ["x", None]},
        {"k": ["a"], "n": [1.0], "t": ["x"]},
    ],
)
def test_any_other_content_has_another_hash(other: dict[str, list[object]]) -> None:
    frame = pl.DataFrame({"k": ["a", "b"], "n": [1.0, 2.0], "t": ["x", None]})
    assert content_hash(pl.DataFrame(other), ["k"]) != content_hash(frame, ["k"])


def test_the_hash_is_what_its_definition_says() -> None:
    frame = pl.DataFrame(
        {"企业": ["乙", "甲"], "税收": [0.1, None], "人数": [3, -1], "空": pl.Series([None, None], dtype=pl.Date)}
    )
    eight = struct.Struct("<2q").pack
    told = b"2" + "|人数|int64|".encode() + eight(0, 0) + eight(3, -1)
    told += "|企业|string|".encode() + eight(0, 0) + eight(3, 3) + "乙甲".encode()
    told += "|税收|float64|".encode() + eight(0, 1) + struct.pack("<2d", 0.1, 0.0)
    sliced = pl.concat([frame.clear(), frame, frame], rechunk=False).slice(1, 2)
    assert content_hash(frame, ["企业"]) == content_hash(sliced, ["企业"]) == hashlib.sha256(told).hexdigest()


def test_freezing_the_same_ledger_twice_gives_the_same_snapshot(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    assert freeze(workspace, when=WHEN).id == freeze(workspace, when=LATER).id
    assert len(snapshots(workspace)) == 1


def test_a_snapshot_of_named_tables_holds_these_only(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    bring(ENTERPRISE, [{"enterprise": A, "name": "甲厂"}])
    made = freeze(workspace, ["enterprise"], when=WHEN)
    assert made.names == ("enterprise",)
    with pytest.raises(ProblemsError, match="LEDGER-056"):
        made.table("parcel")
    with pytest.raises(ProblemsError, match="LEDGER-056"):
        freeze(workspace, ["meter"], when=WHEN)


def test_an_unknown_snapshot_is_said_to_be_unknown(workspace: Workspace) -> None:
    for name in ("", "abc"):
        with pytest.raises(ProblemsError, match="LEDGER-070"):
            open_snapshot(workspace, name)


def test_a_damaged_cache_is_made_again_and_a_damaged_ledger_is_refused(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 5.0}])
    made = freeze(workspace, when=WHEN)
    made.table("parcel")
    (cached,) = workspace.cache.iterdir()
    pl.DataFrame({"parcel": ["P1"], "area": [500.0]}).write_parquet(cached)
    assert made.table("parcel")["area"].to_list() == [5.0]
    cached.write_bytes(b"not parquet")
    assert made.table("parcel")["area"].to_list() == [5.0]
    cached.unlink()
    (data,) = Path(workspace.address("parcel")).glob("*.parquet")
    frame = pl.read_parquet(data)
    frame.with_columns(area=pl.lit(50.0)).write_parquet(data)
    with pytest.raises(ProblemsError, match="LEDGER-072"):
        made.table("parcel")
    data.unlink()
    with pytest.raises(ProblemsError, match="LEDGER-074"):
        made.table("parcel")


def land(snapshot: Snapshot) -> list[tuple[object, ...]]:
    return snapshot.table("land_use").select("enterprise", "year", "owned", "leased_in", "leased_out", "used").rows()


def test_land_use_follows_from_parcels_for_every_year_of_the_firms(workspace: Workspace, bring: Bring) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 30.0, "holder": A}])
    lease = {
        "parcel": "P1",
        "enterprise": B,
        "from": datetime(2024, 7, 1).date(),
        "kind": "lease",
        "area": 10.0,
        "landlord": A,
    }
    bring(OCCUPANCY, [lease])
    bring(YEARLY, [{"enterprise": one, "year": year, "tax": 1.0} for one in (A, B) for year in (2023, 2024)])
    made = freeze(workspace, when=WHEN)
    half = float(f"{10 * 184 / 366:.15g}")
    assert land(made) == [
        (A, 2023, 30.0, 0.0, 0.0, 30.0),
        (A, 2024, 30.0, 0.0, half, float(f"{30 - 10 * 184 / 366:.15g}")),
        (B, 2024, 0.0, half, 0.0, half),
    ]
    assert made.landlord_of(B, 2024) == A and made.landlord_of(B, 2023) is None


def test_a_land_use_that_a_region_reports_itself_stands_instead_of_the_computed_one(
    workspace: Workspace, bring: Bring
) -> None:
    bring(PARCEL, [{"parcel": "P1", "area": 30.0, "holder": A}, {"parcel": "P2", "area": 5.0, "holder": B}])
    bring(YEARLY, [{"enterprise": one, "year": 2024, "tax": 1.0} for one in (A, B)])
    reported = contract(
        "land_use", ["enterprise", "year"], enterprise="string", year="integer", used="number", evidence="string"
    )
    bring(reported, [{"enterprise": A, "year": 2024, "used": 28.5, "evidence": "survey"}])
    found = freeze(workspace, when=WHEN).table("land_use").select("enterprise", "used", "evidence").rows()
    assert found == [(A, 28.5, "survey")]
