"""Files that mean harm, or are merely broken, at the door of the workbench: one clear answer each, nothing lost."""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jiqun.ledger.view import latest
from jiqun.web import region
from jiqun.web.jobs.models import Job
from jiqun.web.jobs.queue import do_all
from jiqun.web.ledger.models import Upload
from jiqun.web.region import ledger

HEADS = ("统一社会信用代码", "企业名称", "税收（万元）")
RELATIONS = "xl/_rels/workbook.xml.rels"
LONG_CELL = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>…</t></is></c></row></sheetData></worksheet>'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def firm() -> str:
    return str(ledger().table("enterprise")["enterprise"][0])


def sheet(*rows, name="Sheet1"):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, **parts: bytes) -> bytes:
    """Return a workbook with parts replaced or added; `__` stands for `/` and `_` for `.` in their names."""
    return replaced(content, {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()})


def replaced(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a workbook with parts replaced or added, by their names."""
    out, named = io.BytesIO(), dict(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, named.pop(one, None) or old.read(one))
        for one, part in named.items():
            new.writestr(one, part)
    return out.getvalue()


def plain():
    return sheet(HEADS, (firm(), "甲", 12))


def zip_bomb():
    return changed(plain(), xl__worksheets__sheet1_xml=b"<worksheet><sheetData>" + b" " * 20_000_000)


def entities():
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{lol}]>'
    body = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l8;</t></is></c></row></sheetData></worksheet>'
    return changed(plain(), xl__worksheets__sheet1_xml=(head + body).encode())


def external_entity():
    head = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'
    return changed(plain(), xl__worksheets__sheet1_xml=(head + body).encode())


def encrypted():
    """The beginning of an OLE file with the streams that Excel writes for a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4096


def many_columns():
    return (",".join([*HEADS, *(f"c{n}" for n in range(1_000_000))]) + "\n").encode()


def merged_heads_only():
    book = openpyxl.Workbook()
    book.active.append(["2024年税收情况表", None, None])
    book.active.merge_cells("A1:C1")
    book.active.append(["企业", None, "税收"])
    book.active.merge_cells("A2:B2")
    return saved(book)


def line(*cells):
    return (",".join(HEADS) + "\n" + ",".join(cells) + "\n").encode()


def one_text_said_often():
    """Half a megabyte that a reader unpacks to a gigabyte: every cell names the same shared string."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 12_001))
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rels, types = (zipfile.ZipFile(io.BytesIO(plain())).read(one) for one in (RELATIONS, "[Content_Types].xml"))
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = b'<Relationship Id="rId99" Type="' + kind + b'" Target="sharedStrings.xml"/></Relationships>'
    named = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    typed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + named + b'"/></Types>'
    return replaced(
        plain(),
        {
            "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>".encode(),
            "xl/sharedStrings.xml": f"<sst {main}><si><t>{'甲' * 30_000}</t></si></sst>".encode(),
            RELATIONS: rels.replace(b"</Relationships>", link),
            "[Content_Types].xml": types.replace(b"</Types>", typed),
        },
    )


def one_text_of_a_dictionary():
    """A Parquet file stores a repeated text once; a cell of 40,000 characters is in no table."""
    out = io.BytesIO()
    rows = {"统一社会信用代码": [firm()] * 50, "企业名称": ["甲" * 40_000] * 50, "税收（万元）": [1.0] * 50}
    pl.DataFrame(rows).write_parquet(out)
    return out.getvalue()


REFUSED = {
    "one text said often.xlsx": one_text_said_often,
    "one text of a dictionary.parquet": one_text_of_a_dictionary,
    "a cell of a hundred thousand.xlsx": lambda: replaced(
        plain(), {"xl/worksheets/sheet1.xml": LONG_CELL.replace("…", "甲" * 100_000).encode()}
    ),
    "a cell of a million.csv": lambda: line(firm(), "甲" * 1_000_000, "1"),
    "a zip bomb.xlsx": zip_bomb,
    "entity expansion.xlsx": entities,
    "an external entity.xlsx": external_entity,
    "encrypted.xlsx": encrypted,
    "text called xlsx.xlsx": lambda: b"hello",
    "a picture called csv.csv": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "cut off.xlsx": lambda: plain()[:900],
    "no sheet.xlsx": lambda: changed(b"PK\5\6" + b"\0" * 18, x_xml=TYPES.encode()),
    "old and broken.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    "a million columns.csv": many_columns,
    "merged heads only.xlsx": merged_heads_only,
    "the same head twice.csv": lambda: f"统一社会信用代码,税收（万元）,税收（万元）\n{firm()},1,2\n".encode(),
    "utf-16 without its mark.csv": lambda: line(firm(), "甲", "1").decode().encode("utf-16-le"),
    "utf-8 and gbk mixed.csv": lambda: (
        line(firm(), "甲", "1") + f"{firm()},重庆,2\n".encode("gbk") + "乙é,1,2".encode() + b"\xff"
    ),
    "zeros within.csv": lambda: line(firm(), "甲\0乙", "1"),
    "nothing but blanks.csv": lambda: b"\n , ,\n\n",
    "broken.parquet": lambda: b"PAR1" + b"\0" * 100 + b"PAR1",
    "a quote without end.csv": lambda: (",".join(HEADS) + f'\n{firm()},"甲,12\n{firm()},乙,13\n').encode(),
}
NOT_A_NUMBER = ["NaN", "inf", "1e308", "1E+400", "=1+1", "0x10", "１２a", "--5", "1,2,3,4", "1e-400", "-1e200"]


@pytest.fixture(autouse=True)
def own_place(demo, tmp_path, settings):
    """The demo region's ledger to read, uploads of one's own; nothing here may commit."""
    settings.WORKSPACE = tmp_path
    for part in ("ledger", "originals", "quarantine", "jiqun.toml"):
        (tmp_path / part).symlink_to(demo.folder / part)
    for kept in (region._region, region._ledger):
        kept.forget()
    yield tmp_path
    for kept in (region._region, region._ledger):
        kept.forget()


def hand_in(client, name, content):
    said = {"table": "enterprise_year", "period": "2024", "file": SimpleUploadedFile(name, content)}
    answer = client.post("/ledger/imports/new/", said)
    do_all()
    return answer


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(as_user, name, own_place):
    client, before = as_user("tax"), latest(region.region().workspace).log.version
    assert hand_in(client, name, REFUSED[name]()).status_code == 302
    upload, job = Upload.objects.get(), Job.objects.get()
    assert job.state == "done", job.problems
    assert upload.state == "refused" or not upload.preview["counts"]["good"], upload.preview
    told = upload.preview["problems"]
    assert told and all(one["code"].startswith("LEDGER-") and one["zh"] and one["fix_en"] for one in told)
    page = client.get(f"/ledger/imports/uploads/{upload.token}/").content.decode()
    assert told[0]["code"] in page and "Traceback" not in page and "/etc/passwd" not in page and "root:" not in page
    assert latest(region.region().workspace).log.version == before


@pytest.mark.parametrize("name", ["x.exe", "x.xlsx.exe", "x", "x.html", ".xlsx"])
def test_a_file_of_another_kind_is_turned_away_at_the_door(as_user, name):
    answer = hand_in(as_user("tax"), name, plain())
    assert answer.status_code == 422 and not Upload.objects.exists()


def test_an_empty_file_is_turned_away_at_the_door(as_user):
    answer = hand_in(as_user("tax"), "x.csv", b"")
    assert answer.status_code == 422 and not Upload.objects.exists()


@pytest.mark.parametrize("text", NOT_A_NUMBER)
def test_what_is_no_number_is_an_error_at_its_cell_and_never_zero(as_user, text):
    quoted = f'"{text}"'
    hand_in(as_user("tax"), "x.csv", line(firm(), "甲", quoted))
    upload = Upload.objects.get()
    assert upload.state == "checked" and upload.preview["counts"]["good"] == 0
    assert [one["place"] for one in upload.preview["problems"]] == ["C2"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_the_codings_that_departments_use(as_user, coding):
    hand_in(as_user("tax"), "税收.csv", line(firm(), "重庆甲机械厂", "12.5").decode().encode(coding))
    upload = Upload.objects.get()
    assert upload.state == "checked" and upload.preview["counts"]["good"] == 1, upload.preview


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/x.csv",
        "..\\..\\x.csv",
        "/etc/x.csv",
        "x\0.csv",
        "CON.csv",
        "a" * 300 + ".csv",
        "=1+1.csv",
        "<script>.csv",
    ],
)
def test_a_name_that_points_elsewhere_stays_within_its_folder(as_user, own_place, name):
    hand_in(as_user("tax"), name, line(firm(), "甲", "1"))
    upload = Upload.objects.get()
    files = [one for one in (own_place / "uploads").rglob("*") if one.is_file()]
    assert [one.parent.name for one in files] == [upload.token] and files[0].name == upload.file
    page = as_user("tax").get(f"/ledger/imports/uploads/{upload.token}/").content.decode()
    assert "<script>." not in page


def test_a_formula_in_a_name_goes_back_as_text_in_the_return_file(as_user):
    hand_in(as_user("tax"), "x.csv", line("NOCODE", "\"=cmd|' /C calc'!A0\"", "x"))
    upload = Upload.objects.get()
    back = as_user("tax").get(f"/ledger/imports/uploads/{upload.token}/return.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(back))
    risky = [cell for row in book.active.iter_rows() for cell in row if "cmd|" in str(cell.value)]
    assert risky and all(cell.quotePrefix for cell in risky)
    sheets = zipfile.ZipFile(io.BytesIO(back))
    assert not any(b"<f>" in sheets.read(name) for name in sheets.namelist() if "worksheets" in name)


def test_macros_and_links_to_other_files_are_left_where_they_are(as_user):
    content = changed(
        plain(),
        xl__vbaProject_bin=b"\xd0\xcf\x11\xe0" + struct.pack("<I", 1),
        xl__externalLinks__externalLink1_xml=b"<x/>",
    )
    hand_in(as_user("tax"), "宏.xlsm", content)
    assert Upload.objects.get().preview["counts"]["good"] == 1


def test_many_long_texts_do_not_exhaust_the_check(as_user):
    rows = [(firm(), f"{n}" * 3000, n) for n in range(400)]
    hand_in(as_user("tax"), "长.xlsx", sheet(HEADS, *rows))
    upload = Upload.objects.get()
    assert upload.state in ("checked", "refused") and len(str(upload.preview)) < 2_000_000


@pytest.mark.parametrize(
    ("name", "cell"),
    [("one text of a dictionary.parquet", "B2"), ("a cell of a hundred thousand.xlsx", "A1")],
)
def test_too_long_a_text_is_told_at_its_cell(as_user, name, cell):
    hand_in(as_user("tax"), name, REFUSED[name]())
    (told,) = Upload.objects.get().preview["problems"]
    assert told["code"] == "LEDGER-095" and told["place"].endswith(cell), told
