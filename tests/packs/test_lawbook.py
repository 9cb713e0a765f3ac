"""Finding objects by id and day through nation, province, city and county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from jiqun.packs import LawBook, builtin_root, load, models, read
from jiqun.problems import ProblemsError

DOCUMENT = "kind: document\nid: rule\ntitle: 规则\ntitle_en: Rule\nissuer: 某市\nsource: {evidence: R}\nclauses:\n  甲: {text: 甲条}\n"
TABLE = (
    "kind: table\nid: enterprise_year\ntitle: 年度\ntitle_en: Year\nperiod: year\nfields:\n"
    "  - {name: tax, title: 税收, title_en: Tax, type: number, unit: 万元}\n"
)


def _parameter(value: str, first: str = "2022-01-01", last: str = "2022-12-31") -> str:
    return (
        "kind: parameter\nid: base.tax\ntitle: 基准\ntitle_en: Base\nunit: 万元/亩\ndocument: rule\nvalues:\n"
        f'  - {{from: {first}, to: {last}, value: "{value}", clause: 甲}}\n'
    )


def _method(edition: str, first: str) -> str:
    return (
        f'kind: method\nid: m\ntitle: 办法\ntitle_en: Method\nedition: "{edition}"\nin_force: {{from: {first}}}\n'
        'populations:\n  firms: {title: 企业, where: "tax >= 0"}\n'
    )


def _packs(root: Path, packs: Mapping[str, tuple[str, Mapping[str, str]]]) -> Path:
    for number, (name, (extends, files)) in enumerate(packs.items()):
        folder = root / name
        folder.mkdir(parents=True)
        head = f'id: {name}\ntitle: 包\ntitle_en: Pack\njurisdiction: "10000{number}"\nversion: "1"\n'
        (folder / "pack.yaml").write_text(head + (f"extends: {extends}\n" if extends else ""), "utf-8")
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, "utf-8")
    return root


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    return _packs(
        tmp_path,
        {
            "nation": ("", {"d.yaml": DOCUMENT, "t.yaml": TABLE, "p.yaml": _parameter("20")}),
            "province": ("nation", {}),
            "city": ("province", {"any/folder/p.yaml": _parameter("26.01")}),
            "county": ("city", {}),
            "elsewhere": ("nation", {"p.yaml": _parameter("99")}),
        },
    )


def test_the_narrowest_pack_with_an_id_stands_instead_of_the_wider_one(chain: Path) -> None:
    day = date(2022, 6, 1)
    assert load(chain, pack_ids=["county"]).parameter("base.tax", day).value == Fraction("26.01")
    assert load(chain, pack_ids=["province"]).parameter("base.tax", day).value == 20
    assert [pack.id for pack in load(chain, pack_ids=["county"]).packs] == ["nation", "province", "city", "county"]


def test_two_packs_that_do_not_extend_each_other_may_not_share_an_id(chain: Path) -> None:
    with pytest.raises(ProblemsError) as error:
        load(chain, pack_ids=["county", "elsewhere"])
    (found,) = error.value.problems
    assert found.code == "PACK-034" and "city/any/folder/p.yaml:2" in found.what("en")


@pytest.mark.parametrize(("day", "value"), [(date(2021, 12, 31), "26.01"), (date(2022, 1, 1), "24.097")])
def test_the_published_huangyan_baseline_changes_between_two_days(day: date, value: str) -> None:
    book = load(builtin_root(), pack_ids=["zhejiang"])
    found = book.parameter("huangyan.base.tax_per_mu", day)
    assert (found.value, str(found.unit)) == (Fraction(value), "万元/亩")
    assert found.place.file == "zhejiang/parameters/huangyan-base.yaml"


def test_a_day_without_value_is_a_problem_and_never_the_neighbour(chain: Path) -> None:
    book = load(chain, pack_ids=["nation"])
    for day in (date(2021, 12, 31), date(2023, 1, 1)):
        with pytest.raises(ProblemsError) as error:
            book.parameter("base.tax", day)
        assert [one.code for one in error.value.problems] == ["PACK-041"]


def test_an_unknown_id_names_the_nearest(chain: Path) -> None:
    book = load(chain, pack_ids=["nation"])
    for ask, code in (
        (lambda: book.parameter("base.taxx", date(2022, 1, 1)), "PACK-040"),
        (lambda: book.document("rul"), "PACK-040"),
        (lambda: book.clause("rule", "乙甲"), "PACK-043"),
    ):
        with pytest.raises(ProblemsError) as error:
            ask()
        (found,) = error.value.problems
        assert found.code == code and "—" not in found.what("zh")


def test_a_value_in_another_unit_is_said_in_the_unit_of_its_parameter(tmp_path: Path) -> None:
    text = _parameter("24.097").replace('value: "24.097"', 'value: "1", unit: 元/㎡')
    book = load(_packs(tmp_path, {"nation": ("", {"d.yaml": DOCUMENT, "p.yaml": text})}))
    assert book.parameter("base.tax", date(2022, 1, 1)).value == Fraction(1, 15)


def test_a_narrower_pack_adds_columns_to_a_table(tmp_path: Path) -> None:
    more = TABLE.replace("id: enterprise_year", "id: city.enterprise_year\nadds_to: enterprise_year").replace(
        "tax", "rent"
    )
    root = _packs(tmp_path, {"nation": ("", {"t.yaml": TABLE}), "city": ("nation", {"t.yaml": more})})
    assert load(root).table("enterprise_year").column_names == ("tax", "rent")
    assert set(load(root).tables) == {"enterprise_year"}
    assert load(root, pack_ids=["nation"]).table("enterprise_year").column_names == ("tax",)


def test_editions_of_a_method_stand_side_by_side_and_the_day_chooses(tmp_path: Path) -> None:
    files = {"a.yaml": _method("2021", "2021-01-01"), "b.yaml": _method("2022", "2022-01-01"), "t.yaml": TABLE}
    book = load(_packs(tmp_path, {"nation": ("", files)}))
    assert book.get("method", "m").edition == "2022"
    assert book.get("method", "m", "2021").edition == "2021"
    assert [one.edition for one in book.methods_for(date(2021, 6, 1))] == ["2021"]


def test_the_digest_is_of_the_content_not_of_files_or_comments(tmp_path: Path) -> None:
    books = []
    for name, files in (
        ("one", {"d.yaml": DOCUMENT, "p.yaml": _parameter("20")}),
        ("two", {"b/d.yaml": "# comment\n" + DOCUMENT, "a/p.yaml": _parameter("20")}),
        ("three", {"d.yaml": DOCUMENT, "p.yaml": _parameter("20.0")}),
    ):
        books.append(load(_packs(tmp_path / name, {"nation": ("", files)})))
    assert books[0].digest == books[1].digest != books[2].digest


def test_books_that_share_a_text_share_its_object_and_see_a_changed_data_file(tmp_path: Path) -> None:
    head = "kind: taxonomy\nid: x\ntitle: 类\ntitle_en: T\nlevels: [{title: 级, title_en: L}]\ndata: codes.csv\n"
    folder = _packs(tmp_path, {"nation": ("", {"x.yaml": head, "d.yaml": DOCUMENT, "codes.csv": "code,name\nA,甲\n"})})
    first, again = load(folder), load(folder)
    assert again.object("taxonomy", "x") is first.object("taxonomy", "x")
    (folder / "nation/codes.csv").write_text("code,name\nA,甲\nB,乙\n", "utf-8")
    changed = load(folder)
    assert list(changed.taxonomy("x").on(None).codes) == ["A", "B"]
    assert changed.object("document", "rule") is first.object("document", "rule")
    assert changed.digest != first.digest == again.digest
    (folder / "nation/codes.csv").write_text("code,nam\nA,甲\n", "utf-8")
    assert {one.code for one in read(folder)[1]} == {"PACK-011", "PACK-012"}
    (folder / "nation/codes.csv").unlink()
    assert [one.code for one in read(folder)[1]] == ["PACK-030"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    files = {"a.yaml": DOCUMENT.replace("issuer", "isuer"), "b.yaml": _parameter("20").replace("values", "value")}
    _, problems = read(_packs(tmp_path, {"nation": ("", files)}))
    assert {one.place.file for one in problems} == {"nation/a.yaml", "nation/b.yaml"}
    near = next(one for one in problems if one.code == "PACK-011" and one.place.file.endswith("a.yaml"))
    assert "issuer" in near.what("zh") and near.place.line == 5


def test_a_model_rule_is_said_in_a_sentence(tmp_path: Path) -> None:
    text = "kind: taxonomy\nid: x\ntitle: 类\ntitle_en: T\nlevels: [{title: 级, title_en: L, length: one}]\n"
    _, problems = read(_packs(tmp_path, {"nation": ("", {"a.yaml": text})}))
    assert [one.code for one in problems] == ["PACK-014"]
    _, problems = read(_packs(tmp_path / "b", {"nation": ("", {"a.yaml": text.replace(", length: one", "")})}))
    assert [one.code for one in problems] == ["PACK-023"] and "data" in problems[0].what("en")
    assert "请写 data 或 codes" in problems[0].what("zh")


def test_every_rule_of_a_model_is_written_in_both_languages() -> None:
    """Models refuse with `UnfitError`, which takes a Chinese and an English sentence; `exactly_one` has a code of its own."""
    folder = Path(models.__file__).parent
    plain = [
        f"{file.name}: {line.strip()}"
        for file in folder.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if "raise ValueError" in line and "exactly one of" not in line
    ]
    assert not plain


def test_the_shipped_packs_are_found_beside_the_code() -> None:
    assert (builtin_root() / "national" / "pack.yaml").is_file()
    assert isinstance(load(builtin_root(), pack_ids=["national"]), LawBook)


@pytest.mark.parametrize("written", ["1e999999999", "1_000", "０.５", "1/3", "NaN", "inf", "1,000", "5%", "9" * 41])
def test_only_a_plain_decimal_is_a_number(tmp_path: Path, written: str) -> None:
    files = {"d.yaml": DOCUMENT, "p.yaml": _parameter(written)}
    _, problems = read(_packs(tmp_path, {"nation": ("", files)}))
    assert [(one.code, one.place.line) for one in problems] == [("PACK-018", 8)]
