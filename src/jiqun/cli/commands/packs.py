"""`jiqun packs list | show | lint | examples`: the law book in force."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

import click

from jiqun import packs as law
from jiqun.cli.law_objects import print_object
from jiqun.cli.output import json_option, print_json, print_problems, print_table, problem_record, progress, say
from jiqun.cli.speech import both, language
from jiqun.desk.context import Context
from jiqun.engines import ENGINES
from jiqun.methods.linting.examples import examples_of
from jiqun.methods.linting.examples_check import missed, worked
from jiqun.methods.linting.whole import lint_whole
from jiqun.methods.reads import results_read, tables_read
from jiqun.methods.wording.rule import newest_plan, rule_text
from jiqun.packs.editions import rule_of
from jiqun.packs.lint_examples import examples as lint_examples
from jiqun.problems import Problem

_STATUS = {"draft": "草案", "trial": "试行", "in_force": "现行", "repealed": "废止"}
_COMPLETENESS = {"complete": "完整", "partial": "部分", "illustrative": "示意"}


@click.group(
    help=both("规则包：法规、参数、分类、表、办法", "Packs: documents, parameters, taxonomies, tables, methods")
)
def packs() -> None:
    pass


@packs.command(
    "list",
    help=both(
        "列出规则包和办法（版本、状态、完整度、算例）",
        "List packs and methods with edition, status, completeness, examples",
    ),
)
@json_option
@click.pass_obj
def list_packs(context: Context, as_json: bool) -> None:
    book = context.book
    worked = list(examples_of(book))
    examples = Counter(rule_of(book, one).digest for one in worked)
    heads = [pack_record(book, pack) for pack in book.packs]
    rows = [method_record(one, examples) for one in book.objects("method")]
    if as_json:
        print_json({"packs": heads, "methods": rows})
        return
    print_table(
        [both("规则包", "pack"), both("名称", "title"), both("上位", "extends"), both("对象", "objects")],
        [(one["id"], one["title"], one["extends"], one["objects"]) for one in heads],
        right=[3],
    )
    click.echo()
    print_table(
        [
            both("办法", "method"),
            both("名称", "title"),
            both("版本", "edition"),
            both("状态", "status"),
            both("完整度", "completeness"),
            both("算例", "examples"),
            both("疑义", "doubts"),
        ],
        [tuple(one.values())[1:] for one in rows],
        right=[5, 6],
    )
    _print_coverage(rows)
    published = sum(one.evidence != "D" for one in worked)
    say(
        f"算例 {len(worked)} 个：结果见于公布材料的 {published} 个，按条文手算的 {len(worked) - published} 个。",
        f"{len(worked)} examples: {published} with published results, {len(worked) - published} worked out by hand.",
    )


def _print_coverage(rows: list[dict[str, object]]) -> None:
    """How much of the library is read in full, and which rules nobody has worked an example for."""
    click.echo()
    counts = Counter(str(one["completeness"]) for one in rows)
    listed = both("、", ", ").join(f"{name} {count}" for name, count in counts.most_common())
    editions, methods = len(rows), len({one["id"] for one in rows})
    say(
        f"办法 {methods} 部、{editions} 个版本：{listed}。",
        f"{methods} methods in {editions} editions: {listed}.",
    )
    bare = [f"{one['id']} {one['edition']}".rstrip() for one in rows if not one["examples"]]
    if bare:
        say(f"还没有算例的：{'、'.join(bare)}。", f"Without examples: {', '.join(bare)}.")


def pack_record(book: law.LawBook, pack: law.Pack) -> dict[str, object]:
    """Return what the list says of a pack."""
    return {
        "id": pack.id,
        "title": both(pack.manifest.title, pack.manifest.title_en),
        "extends": ", ".join(pack.manifest.extends),
        "objects": len(book.objects(pack=pack.id)),
    }


def method_record(one: law.LawObject, examples: Counter[str]) -> dict[str, object]:
    """Return what the list says of a method."""
    head = one.model
    return {
        "pack": one.pack,
        "id": head.id,
        "title": both(head.title, head.title_en),
        "edition": head.edition or "",
        "status": _STATUS[head.status] if language() == "zh" else head.status,
        "completeness": _COMPLETENESS[head.completeness] if language() == "zh" else head.completeness,
        "examples": examples[head.digest] if isinstance(head, law.Method) else 0,
        "doubts": len(head.doubts),
    }


@packs.command("show", help=both("按条文样式打印一部办法或一个对象", "Print a method as a rule, or any object"))
@click.argument("object_id")
@click.option("--edition", default=None, help=both("版本", "edition"))
@json_option
@click.pass_obj
def show(context: Context, object_id: str, edition: str | None, as_json: bool) -> None:
    book = context.book if any(one.id == object_id for one in context.book.objects()) else context.everything
    found = [one for one in book.objects() if one.id == object_id and edition in (None, one.model.edition)]
    if not found:
        book.object("method", object_id, edition)
    if as_json:
        print_json([_whole_record(one, book) for one in found])
        return
    for one in found:
        if isinstance(one.model, law.Method):
            click.echo(rule_text(one.model, book, language()))
        else:
            print_object(book, one)


def _dumped(one: law.LawObject) -> dict[str, object]:
    return one.model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _whole_record(one: law.LawObject, book: law.LawBook) -> dict[str, object]:
    """Return an object as it is written; of a rule also what is filled in for it, and which results it reads."""
    if not isinstance(one.model, law.Method):
        return _dumped(one)
    tables = [
        {
            "table": read.contract.id,
            "title": both(read.contract.title, read.contract.title_en),
            "columns": read.columns,
            "makes": [made.id for made in read.made],
            "schemes": read.schemes,
        }
        for read in tables_read(newest_plan(one.model, book), book)
    ]
    return {**_dumped(one), "fills_in": tables, "reads_results_of": results_read(one.model)}


@packs.command(
    help=both("检查规则包：缺口、重叠、单位、权重、引用", "Check packs: gaps, overlaps, units, weights, references")
)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path))
@json_option
@click.option("--quiet", is_flag=True, help=both("不列提示", "leave notices out"))
def lint(folders: tuple[Path, ...], as_json: bool, quiet: bool) -> None:
    book, problems = law.read(*law.with_builtin(*folders))
    found = lint_whole(book, problems)
    shown = [one for one in found if not (quiet and one.severity == "notice")]
    if as_json:
        print_json([problem_record(one) for one in shown])
    else:
        print_problems(shown, most=200)
        counted = Counter(one.severity for one in found)
        packs_read, objects = len(book.packs), len(book.objects())
        errors, warnings, notices = (counted[name] for name in ("error", "warning", "notice"))
        say(
            f"检查了 {packs_read} 个规则包、{objects} 个对象：错误 {errors}，警告 {warnings}，提示 {notices}。",
            f"{packs_read} packs, {objects} objects: {errors} errors, {warnings} warnings, {notices} notices.",
        )
    if any(one.severity == "error" for one in found):
        click.get_current_context().exit(1)


@packs.command(
    help=both(
        "重算规则包里的算例，逐个数核对（改一个数以后看哪些结果变了）",
        "Compute the worked examples of packs again, figure by figure (what a changed number changes)",
    ),
)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--method", "method_id", help=both("只算一部办法的", "only those of one method"))
@click.option("--engine", type=click.Choice(ENGINES), default="polars", show_default=True)
@json_option
def examples(folders: tuple[Path, ...], method_id: str | None, engine: str, as_json: bool) -> None:
    book = law.load(*law.with_builtin(*folders))
    chosen = examples_of(book, None if method_id is None else book.method(method_id))
    placed = {(one.id, one.model.edition): one for one in book.objects("example")}
    files = {placed[one.id, one.edition].source.file: one for one in chosen}
    told: list[Problem] = [one for one in lint_examples(book) if one.place.file in files]
    unreadable = {one.place.file for one in told}
    counted = Counter((files[one].method, False) for one in unreadable)
    sound = [one for file, one in files.items() if file not in unreadable]
    with progress(len({one.method for one in sound})) as step:
        for method, group in groupby(sorted(sound, key=lambda one: one.method), lambda one: one.method):
            step(method)
            for one, came in worked(book, group, engine):
                wrong = list(missed(placed[one.id, one.edition], came, "METHOD-123"))
                told += wrong
                counted[method, not wrong] += 1
    rows = [
        {"method": name, "examples": counted[name, True] + counted[name, False], "as_expected": counted[name, True]}
        for name in sorted({name for name, _ in counted})
    ]
    if as_json:
        print_json({"methods": rows, "problems": [problem_record(one) for one in told]})
    else:
        heads = [both("办法", "method"), both("算例", "examples"), both("相符", "as expected")]
        print_table(heads, [tuple(one.values()) for one in rows], right=[1, 2])
        print_problems(told, most=200)
        right = sum(count for (_, agrees), count in counted.items() if agrees)
        say(f"算例 {len(chosen)} 个，相符 {right} 个。", f"{len(chosen)} examples, {right} as expected.")
    if told:
        click.get_current_context().exit(1)
