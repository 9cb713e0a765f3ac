"""Frames of stored runs: the bytes of a file depend on the content alone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from jiqun.methods.runs.frames import ARROW
from jiqun.values import file_digest


def test_the_bytes_of_a_frame_depend_on_content_only(tmp_path):
    """Chunks in memory and the number of threads must not show in the file."""
    whole = pl.DataFrame({"n": range(300_000), "t": [f"企业{one % 977}" for one in range(300_000)]})
    ARROW.written(whole, tmp_path / "whole")
    ARROW.written(pl.concat([whole[:100_001], whole[100_001:]], rechunk=False), tmp_path / "chunks")
    script = (
        "import polars as pl, sys; from pathlib import Path; from jiqun.methods.runs.frames import ARROW\n"
        "frame = pl.DataFrame({'n': range(300_000), 't': [f'企业{one % 977}' for one in range(300_000)]})\n"
        "ARROW.written(frame, Path(sys.argv[1]))"
    )
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "alone")], check=True, env=environment)
    assert len({file_digest(file) for file in tmp_path.iterdir()}) == 1
    assert ARROW.read(tmp_path / "whole").equals(whole)


KINDS = {
    "whole": pl.Int64, "small": pl.UInt32, "real": pl.Float64, "truth": pl.Boolean, "text": pl.String,
    "grade": pl.Enum(["A", "B"]), "day": pl.Date, "nothing": pl.Null,
}  # fmt: skip


def test_what_lies_under_a_missing_value_does_not_show_in_the_file(tmp_path):
    row = {"whole": 7, "small": 3, "real": 0.5, "truth": True, "text": "永远看不见的一段文字", "grade": "B"}
    rows = [{**row, "day": date(2022, 1, 31), "nothing": None} for _ in range(21)]
    full = pl.DataFrame(rows, schema=KINDS)
    kept = pl.Series([index % 3 != 1 for index in range(21)])
    told = full.select(pl.when(kept).then(pl.col(name)).alias(name) for name in KINDS)
    plain = [{name: value if index % 3 != 1 else None for name, value in one.items()} for index, one in enumerate(rows)]
    made = pl.DataFrame(plain, schema=KINDS)
    for name, frame in {"told": told, "made": made, "cut": pl.concat([full[:5], made])[5:]}.items():
        ARROW.written(frame, tmp_path / name)
        assert ARROW.read(tmp_path / name).equals(made) and ARROW.read(tmp_path / name).schema == made.schema
    assert len({file_digest(file) for file in tmp_path.iterdir()}) == 1
    for schema in (made.schema, {"grade": KINDS["grade"]}, {}):
        ARROW.written(pl.DataFrame(schema=schema), tmp_path / "empty")
        assert ARROW.read(tmp_path / "empty").schema == pl.Schema(schema)
    with pytest.raises(TypeError):
        ARROW.written(pl.DataFrame({"list": [[1]]}), tmp_path / "list")
