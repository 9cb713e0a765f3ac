"""What click itself says (usage, headings, wrong use), in the language of the call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import click

from jiqun.cli.speech import both, language

# click's sentences as they come, and how they are said here; what stands in brackets is put in again
_SENTENCES: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Missing argument '(.+?)'\.(.*)", r"缺少参数 \1。\2"),
        (r"Missing option '(.+?)'(?: / '.+?')?\.(.*)", r"缺少选项 \1。\2"),
        (r"Missing command\.", "请写明要做什么（子命令）。"),
        (r"No such option:? '?(-[^'. ]+)'?\.?", r"没有选项 \1。"),
        (r"No such command '(.+?)'\.", r"没有命令 \1。"),
        (r"\(?Did you mean (?:one of: )?(.+?)\??\)?$", r"是不是想写 \1？"),
        (r"\(Possible options: (.+)\)", r"可选：\1"),
        (r"Got unexpected extra arguments? \((.+)\)", r"多写了：\1"),
        (r"Option '(.+?)' requires an argument\.", r"选项 \1 后面要写值。"),
        (r"Option '(.+?)' does not take a value\.", r"选项 \1 后面不写值。"),
        (r"Invalid value for '(.+?)': ", r"\1 的值不对："),
        (r"Invalid value: ", "值不对："),
        (r"'(.*?)' is not one of (.+?)\.", r"“\1”不在 \2 之中。"),
        (r"'(.*?)' is not a valid (?:integer|float|integer range|float range)\.", r"“\1”不是数字。"),
        (r"(\S+) is not in the range (.+?)\.", r"\1 超出范围 \2。"),
        (r"'(.*?)' does not match the formats? (.+?)\.", r"“\1”不是日期，写法 \2。"),
        (r"(?:File|Path|Directory) '(.*?)' does not exist\.", r"没有文件或文件夹“\1”。"),
        (r"File '(.*?)' is a directory\.", r"“\1”是文件夹，这里要文件。"),
        (r"Directory '(.*?)' is a file\.", r"“\1”是文件，这里要文件夹。"),
        (r"Choose from:\s*", "可选："),
    )
)
_HELP: Final = {
    "Options": "选项",
    "Commands": "命令",
    "Show this message and exit.": "显示本说明",
    "Show the version and exit.": "显示版本",
}
_MARKS: Final = ((re.compile(r"\[default: "), "［默认 "), (re.compile(r"\[required\]"), "［必填］"))


class Formatter(click.HelpFormatter):
    """Writes the help page with headings and standing phrases in the language of the call."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, both("用法：", "Usage: "))

    def write_heading(self, heading: str) -> None:
        super().write_heading(_said(heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _said(text)) for name, text in rows], col_max, col_spacing)


def _said(text: str) -> str:
    if language() == "en":
        return text
    text = _HELP.get(text, text)
    for pattern, words in _MARKS:
        if pattern.search(text):
            text = pattern.sub(words, text)
            text = text.removesuffix("]") + "］" if text.endswith("]") else text
    return text


def wrong_use(wrong: click.ClickException) -> str:
    """Say what was used wrongly, how the command is used, and where to read more."""
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        return wrong.format_message()
    context = getattr(wrong, "ctx", None)
    usage = f"{context.get_usage()}\n" if context is not None else ""
    path = context.command_path if context is not None else "jiqun"
    more = both(f"详见 {path} --help", f"See {path} --help")
    return f"{both('用法有误：', 'Error: ')}{_translated(wrong.format_message())}\n{usage}{more}"


def _translated(message: str) -> str:
    if language() == "en":
        return message
    for pattern, words in _SENTENCES:
        message = pattern.sub(words, message)
    return message.replace("%Y-%m-%d", "2023-01-31")
