"""`jiqun doctor` reads all of the ledger and every original."""

from __future__ import annotations

from pathlib import Path

from .conftest import Jiqun


def test_a_whole_workspace_is_sound_and_a_lost_original_is_told(tmp_path: Path, jiqun: Jiqun) -> None:
    folder, table = tmp_path / "区", tmp_path / "企业.csv"
    assert jiqun("init", folder, "--pack", "national").code == 0
    table.write_text("统一社会信用代码,企业名称\n91350100M000100Y43,江南机械有限公司\n", "utf-8")
    assert jiqun("import", table, "--table", "enterprise", workspace=folder).code == 0
    sound = jiqun("doctor", workspace=folder)
    assert sound.code == 0 and "数据和原始文件都读得出来" in sound.out
    next((folder / "originals").iterdir()).unlink()
    told = jiqun("doctor", workspace=folder)
    assert told.code == 1 and "LEDGER-059" in told.out
