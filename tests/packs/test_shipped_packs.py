"""The packs that ship with the program hold together."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from textwrap import dedent

import polars as pl
import yaml

from jiqun.desk.context import Context
from jiqun.desk.evaluating import find_method
from jiqun.ledger import init
from jiqun.methods import load as load_method
from jiqun.methods.compiling.compile import compile_method
from jiqun.methods.evaluate import evaluate
from jiqun.methods.linting.examples import examples_of, run_example
from jiqun.methods.linting.lint import lint_method
from jiqun.packs import builtin_root, load
from jiqun.packs.lint import lint, lint_folders
from jiqun.packs.models.method import Method
from jiqun.packs.released import released_lock


def test_no_shipped_pack_has_a_lint_error() -> None:
    found = [one.text("en") for one in lint_folders(builtin_root()) if one.severity == "error"]
    assert found == []


def test_nothing_in_force_is_illustrative_or_without_document() -> None:
    book = load(builtin_root())
    for one in book.objects():
        if one.model.status == "in_force":
            assert one.model.completeness != "illustrative"
            assert one.model.document is not None or one.kind in ("document", "table", "example")


def test_every_parameter_value_has_a_clause_or_a_reason_and_a_place() -> None:
    book = load(builtin_root())
    for name in book.parameter_ids:
        for value in book.parameter_series(name):
            assert value.clause or value.reason
            assert value.place.line > 1


def test_a_lock_written_for_a_pack_finds_nothing_and_an_edit_is_found(tmp_path: Path) -> None:
    pack = tmp_path / "p"
    pack.mkdir()
    (pack / "pack.yaml").write_text('id: p\ntitle: 包\ntitle_en: P\njurisdiction: "100000"\nversion: "1"\n', "utf-8")
    rule = pack / "rule.yaml"
    rule.write_text(
        "kind: document\nid: rule\ntitle: 规则\ntitle_en: Rule\nstatus: in_force\nissuer: 某市\nsource: {evidence: R}\n"
        "completeness: complete\n",
        "utf-8",
    )
    (pack / "released.yaml").write_text(released_lock(load(tmp_path).packs[0]), "utf-8")
    assert lint(load(tmp_path)) == ()
    rule.write_text(rule.read_text("utf-8") + "# a word\n", "utf-8")
    assert [one.code for one in lint(load(tmp_path))] == ["PACK-125"]


def _write_the_how_to(folder: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs/howto/write-a-pack.md").read_text("utf-8")
    blocks = [dedent(block) for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)]
    (folder / "huangyan").mkdir()
    names = ("pack.yaml", "notice.yaml", "base.yaml", "grant.yaml", "example.yaml", "furnace.yaml")
    for name, text in zip(names, blocks, strict=True):
        (folder / "huangyan" / name).write_text(text, "utf-8")


def test_the_pack_of_the_how_to_is_clean_and_answers(tmp_path: Path) -> None:
    _write_the_how_to(tmp_path)
    found = [one.text("en") for one in lint_folders(builtin_root(), tmp_path) if one.place.file.startswith("huangyan")]
    assert [text for text in found if not text.startswith("PACK-117")] == []
    book = load(builtin_root(), tmp_path, pack_ids=["huangyan"])
    assert str(book.parameter("huangyan.base-tax", date(2022, 12, 31)).value) == "24097/1000"
    rule = load_method("huangyan.grant", book)
    assert [one.text("en") for one in lint_method(rule.method, book, at=rule.at) if one.code != "METHOD-120"] == []
    assert load_method("huangyan.grant", tmp_path).method == rule.method, "a notebook finds what the pack extends"
    own = Context(init(tmp_path / "ws").root)
    assert not own.book.has("method", "huangyan.grant")
    shutil.copytree(tmp_path / "huangyan", tmp_path / "ws" / "packs" / "huangyan")
    shutil.copytree(builtin_root() / "shandong", tmp_path / "ws" / "packs" / "shandong")
    assert find_method(Context(own.folder), "huangyan.grant").method == rule.method
    (example,) = examples_of(book, rule.method)
    assert [one for one in run_example(book, example) if not one.agrees] == []


FURNACES = """
evaluates: {table: furnace, subject: enterprise}
populations: {all_of_them: {title: 窑炉, where: year > 0}}
measures: {used: {title: 单耗, formula: 'energy / output + altitude * unit(0.00001, "tce/t/m")', unit: tce/t, digits: 4}}
grades: {all: {classes: [A, B], cuts_of: used, cuts: [{grade: A, at_most: "0.1"}, {grade: B, more_than: "0.1"}]}}
"""


def test_the_table_of_the_how_to_is_a_register_whose_sizes_and_fixed_figures_nobody_is_advised_to_change(
    tmp_path: Path,
) -> None:
    _write_the_how_to(tmp_path)
    furnace = load(builtin_root(), tmp_path, pack_ids=["huangyan"]).table("furnace")
    head = {"id": "f", "title": "f", "title_en": "f"}
    plan = compile_method(
        Method.model_validate(head | yaml.load(FURNACES, yaml.CSafeLoader)), 2024, contracts={"furnace": furnace}
    )
    row = {"enterprise": ["甲"], "year": [2024], "output": [100.0], "energy": [20.0], "altitude": [1000.0]}
    told = evaluate(plan, {"furnace": pl.DataFrame(row)}).next("甲")
    assert {way.input: way.change > 0 for way in told.ways} == {"energy": False, "output": True}  # 0.21 tce/t
    assert told.not_advised == ("altitude",)
    count = "inputs: {own: {title: 窑炉数, rollup: {table: furnace, take: count}}}\nmeasures: {m: {title: m, formula: own, digits: 0}}\n"
    rest = "populations: {all_firms: {title: 企业, where: year > 0}}"
    firm = load(builtin_root()).table("enterprise_year")
    rule = Method.model_validate(head | yaml.load(count + rest, yaml.CSafeLoader))
    plan = compile_method(rule, 2024, contracts={"furnace": furnace, "enterprise_year": firm})
    firms = pl.DataFrame({"enterprise": ["乙"], "year": [2024]})
    assert evaluate(plan, {"enterprise_year": firms}).trace["measure__m"].to_list() == [0]


def test_every_word_that_the_how_to_sends_to_the_references_is_explained_there() -> None:
    pages = Path(__file__).parents[2] / "docs"
    table = (
        (pages / "howto/write-a-pack.md")
        .read_text("utf-8")
        .partition("## From a clause to a step")[2]
        .partition("\n## ")[0]
    )
    known = "".join((pages / f"reference/{name}.md").read_text("utf-8") for name in ("method-semantics", "formulas"))
    words = {word for code in re.findall(r"`([^`]+)`", table) for word in re.findall(r"[a-z]+_[a-z_]+|^[a-z]+", code)}
    own = {"before", "rate", "base", "x", "applied_on", "noticed_on", "handed_in_on", "mean_benchmark"}
    assert sorted(word for word in words - own if word not in known) == []
