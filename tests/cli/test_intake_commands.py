"""`jiqun template` and `jiqun import`."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from .conftest import Jiqun

GOOD = "91350100M000100Y43"
OTHER = "91310115MA1H8R7C67"
WRONG = "91310115MA1H8R7C6P"  # its check character is not 7


@pytest.fixture
def workspace(tmp_path: Path, jiqun: Jiqun) -> Path:
    folder = tmp_path / "工作区"
    assert jiqun("init", folder, "--pack", "national").code == 0
    return folder


@pytest.fixture
def taxes(tmp_path: Path) -> Path:
    """A tax office's file: title, header with unit, two good rows, a row with text for a number, a total."""
    path = tmp_path / "税务.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "税收"
    for row in (
        ["2023年实缴税金"],
        ["统一社会信用代码", "企业名称", "实缴税金（元）", "备注甲"],
        [GOOD, "江南机械有限公司", 12345678.9, "x"],
        [OTHER, "江北铸造有限公司", "详见附件", ""],
        ["合计", "", 12345678.9, ""],
    ):
        sheet.append(row)
    book.save(path)
    return path


def test_a_template_is_written_for_a_table_and_a_wrong_table_is_a_problem(workspace: Path, jiqun: Jiqun) -> None:
    said = jiqun("template", "enterprise_year", "-o", workspace / "t.xlsx", workspace=workspace)
    assert said.code == 0
    headers = [
        cell.value for row in openpyxl.load_workbook(workspace / "t.xlsx").worksheets[0].iter_rows() for cell in row
    ]
    assert "实缴税金（万元）" in headers
    wrong = jiqun("template", "enterprise_yaer", "-o", workspace / "t.xlsx", workspace=workspace)
    assert wrong.code == 1
    assert "PACK-040" in wrong.err and "enterprise_year" in wrong.err


def test_all_forms_of_a_rule_are_written_and_its_page_names_them_by_their_ids(workspace: Path, jiqun: Jiqun) -> None:
    said = jiqun("template", "--method", "sme.specialised", "-o", workspace / "forms", workspace=workspace)
    assert said.code == 0, said.err
    made = {one.name for one in (workspace / "forms").iterdir()}
    assert "填报模板_称号与资质.xlsx" in made  # valid titles are worked out from it
    assert "填报模板_优质中小企业培育信息.xlsx" in made and len(made) == 6
    page = jiqun("packs", "show", "sme.specialised", "--edition", "2026", workspace=workspace).out
    assert "| 称号与资质 | title | 由它推算“在有效期内的称号” |" in page
    assert "“评价体系”一列写：专精特新发展评价" in page
    assert "先要有这些结果：统计上大中小微型企业划分（size-class）" in page
    told = json.loads(jiqun("packs", "show", "per-mu.huaian", "--json", workspace=workspace).out)
    read = {one["table"]: one for one in told[0]["fills_in"]}
    assert {"tax", "revenue", "energy", "production_started_on"} <= set(read["enterprise_year"]["columns"])
    assert read["parcel"]["makes"] == ["land_use"]
    assert jiqun("template", workspace=workspace).code == 2


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        (
            "huangyan.base",
            ["2022-01-01 至 2022-12-31     24.097  万元/亩      基准值-2022  原文", "读自报刊或转载（P）"],
        ),
        ("energy-limit.cement", ["推定", "经他人转引，未与原件核对（G）", "数值经公开代码库转录"]),
        ("surcharge-2022", ["加价  D类企业第1年每千瓦时加价0.05元", "济南日报 2022-03-03 转载"]),
        ("gbt4754", ["编码 1972 行", "…另有 1912 行，全部见 --json"]),
        ("enterprise_year", ["above（规上）、below（规下）"]),
        ("sme", ["称号  high_tech · 标题"]),
    ],
)
def test_an_object_of_the_law_is_printed_to_be_read(
    id_: str, said: list[str], tmp_path: Path, jiqun: Jiqun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = jiqun("packs", "show", id_).out
    assert all(one in page for one in said), page


def test_checking_shows_what_was_read_and_writes_nothing(workspace: Path, taxes: Path, jiqun: Jiqun) -> None:
    said = jiqun("import", taxes, "--table", "enterprise_year", "--period", 2023, "--check", workspace=workspace)
    assert said.code == 1, "one row has problems"
    assert "元 → 万元 ×0.0001" in said.out
    assert "12,345,678.9" in said.out and "1,234.56789" in said.out
    assert "未读的列：D 备注甲" in said.out
    assert "税务.xlsx!税收!C4" in said.err
    assert "什么也没有写入" in said.out
    assert "台账是空的" in jiqun("ledger", "status", workspace=workspace).out
    assert not list((workspace / "quarantine").iterdir())


def test_names_of_districts_and_industries_are_read_as_the_codes_of_the_regions_own_lists(
    tmp_path: Path, jiqun: Jiqun
) -> None:
    folder, file = tmp_path / "重庆", tmp_path / "登记.csv"
    assert jiqun("init", folder, "--pack", "chongqing", "--region", "500000").code == 0
    rows = [f"{GOOD},甲厂,重庆市北碚区,金属切削机床制造", f"{OTHER},乙厂,500102涪陵区,C3411 锅炉及辅助设备制造"]
    file.write_text("\n".join(["统一社会信用代码,企业名称,行政区划,行业代码", *rows]), "utf-8")
    assert jiqun("import", file, "--table", "enterprise", workspace=folder).code == 0
    told = [jiqun("ledger", "row", "enterprise", firm, workspace=folder).out for firm in (GOOD, OTHER)]
    assert all(
        code in said
        for said, codes in zip(told, [("500109", "3421"), ("500102", "3411")], strict=True)
        for code in codes
    )


def test_good_rows_are_committed_and_bad_ones_come_back_as_a_file(workspace: Path, taxes: Path, jiqun: Jiqun) -> None:
    said = jiqun("import", taxes, "-t", "enterprise_year", "-p", 2023, "--yes", workspace=workspace)
    assert said.code == 1
    returned = workspace / "quarantine" / "1.xlsx"
    assert str(returned) in said.out
    texts = [str(cell.value) for row in openpyxl.load_workbook(returned).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert any("详见附件" in text for text in texts) and any("LEDGER-024" in text for text in texts)
    row = jiqun("ledger", "row", "enterprise_year", GOOD, "2023", "--json", workspace=workspace)
    found = json.loads(row.out)
    assert found["row"]["tax"] == 1234.56789
    assert (found["cells"]["tax"]["file"], found["cells"]["tax"]["cell"]) == ("税务.xlsx", "C3")


def test_the_corrected_return_file_closes_its_quarantine(workspace: Path, taxes: Path, jiqun: Jiqun) -> None:
    jiqun("import", taxes, "-t", "enterprise_year", "-p", 2023, "--yes", workspace=workspace)
    returned = workspace / "quarantine" / "1.xlsx"
    book = openpyxl.load_workbook(returned)
    for row in book.active.iter_rows():  # type: ignore[union-attr]
        for cell in row:
            if cell.value == "详见附件":
                cell.value = 50000
    corrected = returned.with_name("改正.xlsx")
    book.save(corrected)
    waiting = json.loads(jiqun("ledger", "status", "--json", workspace=workspace).out)["quarantine"]
    assert [one["bad_rows"] for one in waiting] == [1]
    said = jiqun(
        "import", corrected, "-t", "enterprise_year", "-p", 2023, "--corrects", 1, "--yes", workspace=workspace
    )
    assert said.code == 0
    assert json.loads(jiqun("ledger", "status", "--json", workspace=workspace).out)["quarantine"] == []
    found = json.loads(jiqun("ledger", "row", "enterprise_year", OTHER, "2023", "--json", workspace=workspace).out)
    assert found["row"]["tax"] == 5.0


def test_the_same_file_twice_is_recognised(workspace: Path, taxes: Path, jiqun: Jiqun) -> None:
    for _ in range(2):
        said = jiqun("import", taxes, "-t", "enterprise_year", "-p", 2023, "--yes", "--json", workspace=workspace)
    committed = json.loads(said.out)["committed"]
    assert (committed["import"], committed["already"]) == (1, True)
    assert committed["problems"][0]["code"] == "LEDGER-060"


def test_units_and_columns_may_be_told(workspace: Path, tmp_path: Path, jiqun: Jiqun) -> None:
    path = tmp_path / "甲.csv"
    path.write_text(f"统一社会信用代码,交了多少\n{GOOD},3000\n", "utf-8")
    refused = jiqun("import", path, "-t", "enterprise_year", "-p", 2023, "--check", workspace=workspace)
    assert (refused.code, "LEDGER-014" in refused.err) == (1, True)
    said = jiqun(
        *("import", path, "-t", "enterprise_year", "-p", 2023, "--map", "交了多少=tax", "--unit", "tax=元", "--json"),
        workspace=workspace,
    )
    assert said.code == 0
    found = json.loads(said.out)
    assert [(one["field"], one["unit_from"], one["how"]) for one in found["columns"]][-1] == ("tax", "元", "told")
    assert (
        json.loads(jiqun("ledger", "row", "enterprise_year", GOOD, "2023", "--json", workspace=workspace).out)["row"][
            "tax"
        ]
        == 0.3
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--table", "enterprise_year", "--period", "去年"),
        ("--table", "enterprise_year", "--unit", "tax"),
        ("--period", "2023"),
        ("--table", "enterprise_year", "--no-such-option"),
    ],
)
def test_wrong_use_ends_with_two_and_touches_nothing(
    workspace: Path, taxes: Path, jiqun: Jiqun, words: tuple[str, ...]
) -> None:
    said = jiqun("import", taxes, *words, workspace=workspace)
    assert said.code == 2
    assert said.err
    assert "台账是空的" in jiqun("ledger", "status", workspace=workspace).out


def test_a_file_of_which_no_row_passes_commits_nothing_but_comes_back(
    workspace: Path, tmp_path: Path, jiqun: Jiqun
) -> None:
    path = tmp_path / "坏.csv"
    path.write_text(f"统一社会信用代码,实缴税金（万元）\n{WRONG},3\n", "utf-8")
    said = jiqun("import", path, "-t", "enterprise_year", "-p", 2023, "--yes", workspace=workspace)
    assert said.code == 1
    assert "CLI-008" in said.err and "LEDGER-032" in said.err
    assert [one.suffix for one in (workspace / "quarantine").iterdir()] == [".xlsx"]


def test_outside_a_workspace_the_problem_is_said_without_a_stack_trace(
    tmp_path: Path, taxes: Path, jiqun: Jiqun
) -> None:
    said = jiqun("import", taxes, "-t", "enterprise_year", "-p", 2023, workspace=tmp_path)
    assert (said.code, "LEDGER-050" in said.err, "Traceback" in said.err) == (1, True, False)


def test_english_is_spoken_when_asked_for(workspace: Path, taxes: Path, jiqun: Jiqun) -> None:
    said = jiqun("import", taxes, "-t", "enterprise_year", "-p", 2023, "--check", "--lang", "en", workspace=workspace)
    assert "2 rows: 1 good, 1 to return" in said.out
    assert "nothing was written" in said.out
    assert "must be a number" in said.err


def test_a_table_that_is_worked_out_is_refused_at_the_check_already(
    workspace: Path, tmp_path: Path, jiqun: Jiqun
) -> None:
    file = tmp_path / "用地.csv"
    file.write_text(f"社会信用代码,用地面积（亩）\n{GOOD},12\n", "utf-8")
    told = jiqun("import", file, "--table", "land_use", "--period", 2023, "--check", workspace=workspace)
    assert told.code == 1 and "LEDGER-100" in told.err and "parcel、occupancy" in told.err


def test_a_sheet_without_header_says_nothing_of_hidden_sheets_where_there_are_none(
    workspace: Path, tmp_path: Path, jiqun: Jiqun
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("甲,乙\n1,2\n", "utf-8")
    told = jiqun("import", file, "--table", "parcel", workspace=workspace)
    assert told.code == 1 and "LEDGER-014" in told.err and "隐藏" not in told.err


def test_a_code_under_another_name_is_told_before_two_firms_are_mixed(
    workspace: Path, tmp_path: Path, jiqun: Jiqun
) -> None:
    def bring(file: str, *lines: str, table: str = "enterprise_year") -> str:
        path = tmp_path / file
        path.write_text("\n".join(lines), "utf-8")
        period = ["--period", "2023"] if table == "enterprise_year" else []
        done = jiqun("import", path, "--table", table, *period, "--yes", workspace=workspace)
        assert done.code == 0
        return done.out + done.err

    register = "统一社会信用代码,企业名称,曾用名"
    bring("登记.csv", register, f"{GOOD},江南机械有限公司,江南农机厂；江南农具厂", table="enterprise")
    head = "统一社会信用代码,企业名称,实缴税金（万元）"
    assert "LEDGER-103" not in bring("a.csv", head, f"{GOOD},江南机械有限责任公司,5", f"{OTHER},江北铸造有限公司,6")
    assert "LEDGER-103" not in bring("b.csv", head, f"{GOOD},江南农具厂,7")
    told = bring("c.csv", head, f"{GOOD},江北铸造有限公司,8")
    assert "LEDGER-103" in told and "江南机械有限公司 → 江北铸造有限公司" in told
