"""`jiqun serve`, `worker`, `user`, `backup`, `restore`: the workbench from the command line."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from jiqun.cli.output import say
from jiqun.cli.speech import both
from jiqun.desk.backup import back_up
from jiqun.desk.backup import restore as unpack
from jiqun.desk.context import Context

_THREADS = 8
_LOCK = ".upgrading"


def _start(context: Context) -> None:
    """Point Django at the workspace and bring its database up to date; LEDGER-050 where there is no workspace."""
    os.environ["JIQUN_WORKSPACE"] = str(context.workspace.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    with alone(context.workspace.root):
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Wait for whoever else brings the database up to date: server and worker are started at the same moment.

    The lock is the system's own, so one that is killed leaves none behind.
    """
    with (root / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@click.command(help=both("打开工作台（浏览器）", "Serve the workbench"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help=both("进程数", "processes"))
@click.option("--no-worker", is_flag=True, help=both("长任务交给另外的 jiqun worker", "leave jobs to `jiqun worker`"))
@click.pass_obj
def serve(context: Context, host: str, port: int, workers: int, no_worker: bool) -> None:
    _start(context)
    _first_people(context.workspace.root)
    say(f"工作台：http://{host}:{port}/　（Ctrl+C 停止）", f"Workbench: http://{host}:{port}/ (Ctrl+C stops it)")
    # a process of its own: the engines' threads do not survive the server's forks
    asked = ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(_THREADS)]
    jobs = [] if no_worker else ["--jobs"]
    os.execv(sys.executable, [sys.executable, "-m", "jiqun.web.server", *asked, *jobs])


@click.command(help=both("做排队的长任务，直到停止", "Do queued jobs until stopped"))
@click.pass_obj
def worker(context: Context) -> None:
    _start(context)
    from jiqun.web.jobs.queue import run_worker

    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    run_worker(stop)


@click.group(help=both("工作台的人员", "People of the workbench"))
def user() -> None:
    pass


@user.command("add", help=both("新增人员，显示一次初始密码", "Add somebody; the first password is shown once"))
@click.argument("username")
@click.option("--role", required=True, help=both("角色", "role"))
@click.option(
    "--place",
    "places",
    multiple=True,
    help=both("区县、园区或信用代码，可写几次", "district, park or social credit code; may be given several times"),
)
@click.option("--name", "full_name", default="", help=both("姓名", "full name"))
@click.option("--unit", default="", help=both("单位", "unit"))
@click.option(
    "--person", default="", help=both("人员编号，同一人的账号相同", "number of the person, the same for one's accounts")
)
@click.pass_obj
def add_user(
    context: Context, username: str, role: str, places: tuple[str, ...], full_name: str, unit: str, person: str
) -> None:
    _start(context)
    from jiqun.web.people.actions import Person, add
    from jiqun.web.people.models import User
    from jiqun.web.shell.refused import RefusedError

    if User.objects.filter(username=username).exists():
        raise click.BadParameter(both("这个登录名已经有人用。", "this login name is taken"), param_hint="USERNAME")
    password = secrets.token_urlsafe(12)
    try:
        place, *others = places or ("",)
        add(Person(username, role, place, full_name, unit, person, tuple(others)), password, context.who)
    except RefusedError as wrong:
        raise click.BadParameter(both(*wrong.words)) from None
    say(f"{username}　初始密码 {password}（首次登录须改）", f"{username}, first password {password} (to be changed)")


def _first_people(root: Path) -> None:
    """Make the first accounts of a workspace that has none: an administrator, and in the demo region one per role."""
    from jiqun.web.people.first import first_people

    made, password = first_people(root)
    if not made:
        return
    say("第一次启动，已建账号（密码只显示这一次）：", "First start; accounts made (password shown only now):")
    for one in made:
        click.echo(f"  {one.username:<12} {both(one.means.title, one.means.title_en)}　{one.unit}")
    say(f"  密码 {password}", f"  password {password}")


@click.command(help=both("把工作区打包成一个文件（可在使用中进行）", "Pack the workspace into one file, while in use"))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(context: Context, file: Path) -> None:
    made = back_up(context.workspace, file)
    for left in made.cleared:
        say(f"清掉了上次中断的备份没有写完的文件：{left}", f"Removed what a broken-off backup had left: {left}")
    mib = made.size / 2**20
    say(f"已备份 {made.files} 个文件，{mib:.1f} MiB：{file}", f"{made.files} files, {mib:.1f} MiB: {file}")
    if not made.database:
        say("数据库不是文件，请另用 pg_dump 备份。", "The database is no file: back it up with pg_dump.")


@click.command(help=both("把备份恢复到一个空文件夹，并逐个文件核对", "Restore a backup, checked"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path))
def restore(file: Path, folder: Path) -> None:
    count = unpack(file, folder)
    say(f"已恢复 {count} 个文件，逐个核对无误：{folder}", f"{count} files restored and checked: {folder}")
