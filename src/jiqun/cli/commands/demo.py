"""`jiqun demo DIR`: the whole way once — messy files in, explained grades out — on an invented region."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sysconfig import get_path

import click

from jiqun.cli.commands.results import write_export
from jiqun.cli.commands.runs import print_run, trial_words
from jiqun.cli.comparing import print_comparison
from jiqun.cli.demo import HandedFile, Handover, generate, lines
from jiqun.cli.output import MARKS, print_table, say
from jiqun.cli.showcase import firm_near_a_cut
from jiqun.cli.speech import both, language
from jiqun.desk.advice import nearest_lines
from jiqun.desk.comparing import compare_runs
from jiqun.desk.context import Context
from jiqun.desk.evaluating import Wanted, run_method
from jiqun.desk.explaining import explain_subject
from jiqun.desk.importing import Asked, Imported, bring_in, check
from jiqun.desk.running import Run
from jiqun.desk.screened import keep
from jiqun.desk.screening import evaluated_ladder
from jiqun.ledger import freeze, init, latest
from jiqun.ledger.intake import Checked
from jiqun.ledger.snapshot import Snapshot
from jiqun.methods.explanation.explain import render_text
from jiqun.methods.explanation.nearest import nearest
from jiqun.methods.ladder import screen
from jiqun.methods.ladder.words import rung_title
from jiqun.problems import Problem, ProblemsError, problem
from jiqun.values import Period

METHODS = ("per-mu.chongqing-template", "per-mu.huaian")
YEARS = ("2023", "2024")
BOARDS = ("green.carbon-code", "green.carbon-intensity", "sme-digital")  # what the invented region answered for 2024
_MARKER = "demo.json"
_SHOWN_MOVERS = 5


@dataclass
class Timings:
    """How long each part took, in seconds."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        """Print the title of a part and measure it."""
        click.secho(f"\n{len(self.parts) + 1}. {title}", bold=True)
        start = time.perf_counter()
        yield
        self.parts[title] = time.perf_counter() - start


@click.command(help=both("建演示区：导入、评价、解释、导出，一次走完", "Make a demo region and go the whole way once"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--firms", type=click.IntRange(min=50), default=6000, show_default=True, help=both("企业数", "firms"))
@click.option("--seed", type=int, default=33618, show_default=True, help=both("随机种子", "seed"))
@click.option("--force", is_flag=True, help=both("重做已有的演示区", "make it anew where it is there already"))
def demo(folder: Path, firms: int, seed: int, force: bool) -> None:
    _clear(folder, force, {"firms": firms, "seed": seed})
    timings = Timings()
    with timings.part(both("造一个虚拟示范区的部门报表", "Departments' files of an invented region")):
        handed = generate(folder / both("部门报表", "files"), seed=seed, firms=firms)
        for line in lines(handed, language()):
            click.echo(f"  {line}")
    init(folder, packs=["demo"], region="500000")
    context = Context(folder)
    with timings.part(both("从正门导入全部报表", "Importing every file through the front door")):
        _import_all(context, handed)
    with timings.part(both("冻结台账", "Freezing the ledger")):
        frozen = _freeze(context)
    with timings.part(both("两部办法、两个年度的评价", "Two years under two methods")):
        runs = _evaluate(context, METHODS, YEARS)
    with timings.part(both("绿色与数字化榜", "Green and digital boards")):
        _evaluate(context, BOARDS, YEARS[-1:])
    with timings.part(both("梯度培育筛查", "Firms screened on the ladder")):
        _screen(context, frozen)
    last = runs[METHODS[0], YEARS[-1]]
    with timings.part(both("解释一家企业，并说怎样升档", "One firm explained, and its way up")):
        who = _explain(context, last)
    with timings.part(both("与上年比较", "Compared with the year before")):
        first = runs[METHODS[0], YEARS[0]]
        print_comparison(compare_runs(context, first, last), _SHOWN_MOVERS)
    with timings.part(both("导出 Excel", "Excel")):
        files = _export(context, runs)
    _summary(folder, timings, last, who, files)


def _clear(folder: Path, force: bool, settings: dict[str, int]) -> None:
    """Make the folder ready; what is no demo of ours is never touched."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / _MARKER).is_file():
            raise ProblemsError([problem("CLI-005", folder=folder)])
        if not force:
            raise ProblemsError([problem("CLI-006", folder=folder)])
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).write_text(json.dumps(settings), "utf-8")


def _import_all(context: Context, handed: Handover) -> None:
    examples: dict[str, Problem] = {}
    faults: Counter[str] = Counter()
    rows = 0
    for one in handed.files:
        asked = Asked(one.path, one.table, Period.parse(one.period) if one.period else None, one.sheet or None)
        checked = check(context, asked)
        imported = bring_in(context, asked, checked)
        _print_import(one, checked, imported)
        rows += imported.committed.rows
        faults.update(checked.summary().by_code)
        for found in checked.problems:
            examples.setdefault(found.code, found)
    say(f"  共入库 {rows:,} 行。退回的单元格，按原因：", f"  {rows:,} rows committed. Cells returned, by reason:")
    print_table(
        ["", "", ""],
        [
            (code, count, f"{examples[code].place}：{examples[code].what(language())}" if code in examples else "")
            for code, count in faults.most_common()
        ],
        right=[1],
        indent="    ",
    )
    waiting = latest(context.workspace).standing.open.height
    say(
        f"  待认领企业 {waiting} 家，不替人猜：jiqun ledger review",
        f"  {waiting} reports whose firm is open; none is guessed: jiqun ledger review",
    )


def _print_import(one: HandedFile, checked: Checked, imported: Imported) -> None:
    counts = checked.summary()
    where = f"{one.path.name}!{one.sheet}" if one.sheet else one.path.name
    said = [both(f"{imported.committed.rows} 行入库", f"{imported.committed.rows} rows")]
    units = sorted({f"{column.unit_from}→{column.unit_to}" for column in checked.header.columns if column.converts})
    if units:
        said.append(both(f"换算 {'、'.join(units)}", f"converted {', '.join(units)}"))
    if counts.bad:
        codes = both("、", ", ").join(f"{code}×{count}" for code, count in counts.by_code.items())
        said.append(both(f"退回 {counts.bad} 行（{codes}）", f"returned {counts.bad} ({codes})"))
    if counts.repeated:
        said.append(both(f"重复 {counts.repeated}", f"repeated {counts.repeated}"))
    if imported.committed.open_rows:
        said.append(both(f"待认领 {imported.committed.open_rows}", f"open {imported.committed.open_rows}"))
    if counts.jumps:
        said.append(both(f"与上年相差十倍以上 {len(counts.jumps)} 格", f"changed tenfold {len(counts.jumps)}"))
    click.echo(f"  {where}　{both('；', '; ').join(said)}")


def _freeze(context: Context) -> Snapshot:
    made = freeze(context.workspace, note="demo", when=context.now)
    rows = sum(one.rows for one in made.tables.values())
    say(
        f"  快照 {made.id}：{len(made.tables)} 张表、{rows:,} 行",
        f"  snapshot {made.id}: {len(made.tables)} tables, {rows:,} rows",
    )
    return made


def _evaluate(context: Context, methods: Sequence[str], years: Sequence[str]) -> dict[tuple[str, str], Run]:
    runs = {}
    seen: set[str] = set()
    for method in methods:
        for year in years:
            run = run_method(context, Wanted(method, Period.parse(year)), lambda title: None)
            runs[method, year] = run
            print_run(run)
            for one in run.problems:
                if one.text() not in seen:
                    seen.add(one.text())
                    click.echo(f"  {MARKS[one.severity]} {one.text(language())}")
            click.echo()
    return runs


def _screen(context: Context, frozen: Snapshot) -> None:
    evaluated = evaluated_ladder(context, frozen, context.now.date(), int(YEARS[-1]))
    standings = screen(evaluated)
    keep(context, evaluated, standings, frozen.id)
    held = Counter(one.held for one in standings if one.held)
    for rung in (one for one in evaluated.ladder.rungs if one in held):
        click.echo(f"  {rung_title(evaluated.ladder, rung, language())}　{held[rung]}")
    ready = sum(one.next is not None and one.next.advice == "ready" for one in standings)
    say(f"  自评条件具备、可组织申报 {ready} 家", f"  {ready} firms meet what can be judged of their next rung")


def _explain(context: Context, run: Run) -> str:
    who = firm_near_a_cut(run)
    click.echo(render_text(explain_subject(context, run, who, language()), language()))
    say("怎样升档（假定其他企业不变）：", "The way up (everybody else unchanged):")
    told = nearest(run.plan, run.trace, run.gathered, who)
    advice = nearest_lines(run, told, language())
    if advice.rows:
        heads = both("只改一项 现在 改到 要改多少 总分 名次 档次", "change now to change total rank grade").split()
        print_table(heads, advice.rows, right=[1, 2, 3, 4, 5], indent="  ")
    for note in (*advice.before, *advice.notes):
        click.echo(f"  {note}")
    return who


def _export(context: Context, runs: dict[tuple[str, str], Run]) -> list[Path]:
    files = []
    for method in METHODS:
        run = runs[method, YEARS[-1]]
        path = context.workspace.root / f"{both('结果', 'results')}_{method}_{run.period}.xlsx"
        write_export(context, run, path)
        files.append(path)
        say(f"  {trial_words(run)}{path.name}", f"  {trial_words(run)}{path.name}")
    return files


def within_reach() -> list[str]:
    """Where a shell would not find ``jiqun`` (set up by ``make``, environment not activated): the line that lets it."""
    return [] if shutil.which("jiqun") else [f'export PATH="{get_path("scripts")}:$PATH"']


def _summary(folder: Path, timings: Timings, run: Run, who: str, files: list[Path]) -> None:
    click.secho(f"\n{both('小结', 'Summary')}", bold=True)
    for title, seconds in timings.parts.items():
        click.echo(f"  {seconds:6.1f} s  {title}")
    click.echo(f"  {sum(timings.parts.values()):6.1f} s  {both('合计', 'in all')}")
    say(
        "以上企业、数字、文件均为虚构；所有结果都是试算，不具行政效力。",
        "All firms, figures and documents are invented; every result is a trial without official force.",
    )
    click.echo()
    say("接下来可以试：", "What to try next:")
    for line in (
        *within_reach(),
        f"cd {folder}",
        both("jiqun serve　（打开工作台）", "jiqun serve   (the workbench)"),
        "jiqun ledger status",
        "jiqun ledger review",
        f"jiqun explain {run.id} {who}",
        f"jiqun next {run.id} {who}",
        f"jiqun packs show {METHODS[0]}",
        f"jiqun export {run.id} -o {files[0].stem}.csv",
    ):
        click.echo(f"  {line}")
