"""An object of the law as a person reads it: numbers by date, documents by clause, codes, columns, and all else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from jiqun.cli.output import print_table, say
from jiqun.cli.speech import both, language
from jiqun.desk.drafts.law_changes import KINDS, SENSES, changes, paper_titles
from jiqun.desk.drafts.parameter_uses import series_titles
from jiqun.methods.wording.evidence import evidence_words
from jiqun.methods.wording.phrases import say as phrase
from jiqun.packs import LawBook, Parameter
from jiqun.packs.certainty import certainty
from jiqun.packs.lawobject import LawObject
from jiqun.packs.models import Document, TableContract, Taxonomy
from jiqun.packs.models.base import Completeness, Span
from jiqun.values import grouped

MOST = 60  # lines of a long object; the rest is counted


def print_object(book: LawBook, one: LawObject) -> None:
    """Print an object: its head with how well its document was read, what it says, and its doubts."""
    head = one.model
    click.echo(f"# {both(head.title, head.title_en)}")
    click.echo(f"{both(*KINDS.get(one.kind, (one.kind, one.kind)))} {one.id}（{one.source.file}）")
    print_table(("", ""), list(_facts(book, one)), indent="  ")
    click.echo()
    if isinstance(head, Parameter):
        _print_values(book, head)
    elif isinstance(head, Document):
        rows = [
            (id_, each.title or "", each.text, evidence_words(each.evidence, language()))
            for id_, each in head.clauses.items()
        ]
        _print_rows(
            [both("条款", "clause"), both("标题", "title"), both("内容", "text"), both("证据", "evidence")], rows
        )
    elif isinstance(head, Taxonomy):
        _print_codes(book, head)
    elif isinstance(head, TableContract):
        _print_columns(book.table(head.id) if head.adds_to is None else head)
    else:
        every = changes(None, head, language(), paper_titles(book, language()))
        said = [each for each in every if each.section != each.name]  # the head stands above
        _print_rows(
            [both("部分", "part"), both("项目", "item"), both("内容", "says")],
            [(each.section, each.name, each.after) for each in said],
        )
    for at, doubt in enumerate(head.doubts, start=1):
        click.echo(("" if at > 1 else "\n" + both("疑义：\n", "Doubts:\n")) + f"  {at}. {doubt}")


def _facts(book: LawBook, one: LawObject) -> Iterator[tuple[str, str]]:
    head = one.model
    yield both("状态", "status"), phrase(f"lifecycle.{head.status}", language())
    yield both("完整度", "completeness"), phrase(f"completeness.{head.completeness}", language())
    if head.in_force.from_ or head.in_force.to:
        yield both("施行", "in force"), _days(head.in_force)
    paper = head if isinstance(head, Document) else book.documents.get(head.document or "")
    if paper is None:
        return
    if not isinstance(head, Document):
        yield both("依据文件", "document"), f"{both(paper.title, paper.title_en)} {paper.number or ''}".strip()
    else:
        yield from ((both(zh, en), str(value)) for zh, en, value in (
            ("文号", "number", paper.number), ("发文单位", "issuer", paper.issuer), ("成文", "issued", paper.issued),
            ("生效", "effective", paper.effective)) if value)  # fmt: skip
    where = " ".join(str(part) for part in (paper.source.url, paper.source.page, paper.source.retrieved) if part)
    yield (
        both("证据", "evidence"),
        f"{evidence_words(paper.source.evidence, language())}{both('；', '; ') if where else ''}{where}",
    )


def _days(span: Span) -> str:
    if span.from_ is None and span.to is None:
        return ""
    return (
        f"{span.from_ or ''}{both(' 至 ', ' to ')}{span.to or ''}".strip()
        if span.to
        else f"{span.from_}{both(' 起', ' on')}"
    )


def _print_values(book: LawBook, model: Parameter) -> None:
    titles = series_titles(book, model, language())
    whole: Completeness | None = "illustrative" if model.completeness == "illustrative" else None
    rows = []
    for id_, values in model.series().items():
        key = id_.removeprefix(f"{model.id}.") if model.table is not None else ""
        for one in values:
            document, clause = one.document or model.document, one.clause or model.clause
            sure = certainty(book, document, clause, one.completeness or whole)
            paper = book.documents.get(document or "")
            elsewhere = both(paper.title, paper.title_en) if paper is not None and one.document else ""
            rows.append((
                f"{key} {titles.get(key, '')}".strip(), _days(one), f"{both(*SENSES[one.sense])}{grouped(one.value)}",
                one.unit or model.unit_of(values), f"{elsewhere} {clause or ''}".strip(),
                phrase(f"mark.{sure}", language()), one.reason or "",
            ))  # fmt: skip
    heads = [both("项目", "series"), both("日期", "days"), both("数值", "value"), both("单位", "unit")]
    heads += [both("条款", "clause"), both("依据", "stands"), both("说明", "reason")]
    _print_rows(heads, rows, right=[2])


def _print_codes(book: LawBook, model: Taxonomy) -> None:
    codes = book.taxonomy(model.id).model.codes
    levels = both("、", ", ").join(both(level.title, level.title_en) for level in model.levels)
    rows = [
        (one.code, one.name if language() == "zh" else one.name_en or one.name, one.parent or "", _days(one))
        for one in codes
    ]
    say(f"层级：{levels}；编码 {len(rows)} 行。", f"Levels: {levels}; {len(rows)} rows of codes.")
    _print_rows([both("代码", "code"), both("名称", "name"), both("上级", "parent"), both("有效", "days")], rows)


def _print_columns(model: TableContract) -> None:
    between = both("、", ", ")
    rows = []
    for one in model.fields:
        titles = {each.value: both(each.title, each.title_en) for each in one.categories}
        aliases = between.join(one.aliases[:4]) + ("…" if len(one.aliases) > 4 else "")  # noqa: PLR2004
        allowed = between.join(_allowed(one.allowed, titles))
        rows.append((one.name, both(one.title, one.title_en), one.type, one.unit or "", allowed, aliases))
    heads = [both("列", "column"), both("标题", "title"), both("类型", "type"), both("单位", "unit")]
    _print_rows([*heads, both("可填", "allowed"), both("别名", "aliases")], rows)


def _allowed(values: Sequence[str], titles: dict[str, str]) -> list[str]:
    said = [f"{one}（{titles[one]}）" if titles.get(one, one) != one else one for one in values[:12]]
    return said + (["…"] if len(values) > 12 else [])


def _print_rows(heads: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print the first rows and count the rest; columns in which nothing stands are left out."""
    kept = [at for at in range(len(heads)) if any(str(row[at]) for row in rows)]
    shown = [[row[at] for at in kept] for row in rows[:MOST]]
    print_table([heads[at] for at in kept], shown, right=[kept.index(at) for at in right if at in kept], indent="  ")
    if len(rows) > MOST:
        left = len(rows) - MOST
        say(f"  …另有 {left} 行，全部见 --json", f"  … {left} more; all of them with --json")
