"""原文, 推定 and 示意 mean one thing everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jiqun.packs import load
from jiqun.packs.certainty import certainty

PACK = "id: p\ntitle: 包\ntitle_en: p\njurisdiction: '331003'\nversion: '1'\n"
DOCUMENT = """
kind: document
id: notice
title: 通知
title_en: notice
issuer: 某局
source: {page: 转载, evidence: LETTER}
clauses:
  一: {text: 写明。}
  二: {text: 转引。, evidence: G}
"""
PARAMETER = """
kind: parameter
id: base
title: 基准
title_en: base
unit: 万元/亩
status: trial
completeness: partial
document: notice
table:
  read: [{from: 2022-01-01, value: "24.097", clause: 一}]
  quoted: [{from: 2022-01-01, value: "16", clause: 二}]
  chosen: [{from: 2022-01-01, value: "20", reason: 条款没有写明, completeness: illustrative}]
"""


def book_of(folder: Path, letter: str):
    (folder / "p").mkdir()
    for name, text in (("pack", PACK), ("document", DOCUMENT.replace("LETTER", letter)), ("parameter", PARAMETER)):
        (folder / "p" / f"{name}.yaml").write_text(text, "utf-8")
    return load(folder)


@pytest.mark.parametrize(("letter", "read"), [*zip("ROP", ["complete"] * 3), *zip("WGMD", ["partial"] * 4)])  # noqa: B905
def test_a_number_is_in_the_document_where_its_clause_was_read_or_reposted_in_full(tmp_path, letter, read):
    book = book_of(tmp_path, letter)
    found = {key: book.parameter(f"base.{key}", date(2022, 1, 1)).certainty for key in ("read", "quoted", "chosen")}
    assert found == {"read": read, "quoted": "partial", "chosen": "illustrative"}
    assert certainty(book, "notice", "一") == read == certainty(book, None, "notice#一")
    assert certainty(book, "notice", None) == "partial"
    assert certainty(book, "notice", "一", "partial") == "partial"
