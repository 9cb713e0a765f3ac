"""Pages for what goes wrong: no right, no such page, a form that is out of date, a request too large, our own fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from jiqun.web.shell.language import both, spoken

# problems that say that what was asked for is not there: 404, for pages and API alike
MISSING = frozenset({"CLI-001", "CLI-003", "PACK-040", "LEDGER-056", "LEDGER-070"})
_MADE = re.compile("[0-9a-f]{16,}|[0-9]{1,9}|on")  # numbers of rows, marks of states and ticks: nobody typed them
_Words = tuple[str, str]


@dataclass(frozen=True)
class _Fault:
    """What a page says of a request that is not answered: what it is, why, and what there is to do."""

    title: _Words
    why: _Words
    ways: tuple[_Words, ...]


_FAULTS: Mapping[int, _Fault] = {
    400: _Fault(
        ("请求没有受理，没有保存", "The request was refused; nothing was saved"),
        (
            "交来的内容读不了：文字里有不能用的字符，或者文件没有传完整。",
            "What was sent cannot be read: a sign that no text may have, or a file that did not arrive whole.",
        ),
        (
            (
                "退回上一页，改短或重新选文件，再交一次。",
                "Go back, shorten it or choose the file again, and send it once more.",
            ),
        ),
    ),
    403: _Fault(
        ("您没有权限看这一页", "You have no right to see this page"),
        (
            "这一页或这一行不在您的角色和范围内；没有显示，也没有改动任何内容。",
            "It is outside your role or your rows; nothing was shown and nothing was changed.",
        ),
        (
            (
                "确实需要的，请系统管理员在“人员权限”里调整角色或范围。",
                "If you need it, have the administrator change your role or rows under People.",
            ),
            (
                "别的区县、园区、企业的事，请由它们自己的账号办理。",
                "What belongs to another district, park or firm is done by its own account.",
            ),
        ),
    ),
    404: _Fault(
        ("没有这一页", "There is no such page"),
        (
            "地址可能打错，内容可能已经撤下，或者不在您的范围内。",
            "The address may be wrong, the page may be gone, or it is outside your rows.",
        ),
        (
            (
                "从导航重新进入；找企业用上方的搜索，名称、代码、拼音首字母都可以。",
                "Start again from the navigation; firms are found by the search above: name, code or initials.",
            ),
            (
                "别人发来的链接打不开，请他核对地址，或请系统管理员看您的范围。",
                "Where a link from somebody does not open, have the address or your rows checked.",
            ),
        ),
    ),
    405: _Fault(
        ("这个地址只接收表单", "This address only takes a form"),
        (
            "它是按钮提交用的，不是一页内容；这次没有保存任何东西。",
            "It is what a button sends to, no page; nothing was saved this time.",
        ),
        (("回到表单所在的页面，再交一次。", "Go to the page with the form and send it once more."),),
    ),
    413: _Fault(
        ("交来的内容太大，没有保存", "What was sent is too large; nothing was saved"),
        ("超过了服务器一次能收的大小。", "It is more than the server takes at once."),
        (
            (
                "文字请分几次交；文件请拆开，或删去空白的行列和图片后再交。",
                "Send text in several parts; split a file, or take empty rows, columns and pictures out of it.",
            ),
        ),
    ),
}


def fault(request: HttpRequest, status: int, told: Sequence[tuple[str, str]] = ()) -> HttpResponse:
    """Answer with the page of a fault: in the shell for who is logged in, alone for anybody else."""
    one = _FAULTS[status]
    said = {"title": both(*one.title), "why": both(*one.why), "ways": [both(*each) for each in one.ways]}
    user: Any = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated and not getattr(user, "must_change_password", False)
    shown = {"status": status, "said": said, "told": told, "back": came_from(request)}
    return render(request, "shell/fault.html" if inside else "shell/fault_alone.html", shown, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return fault(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return fault(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, with the reference under which the log has it; nothing of the fault itself is shown."""
    shown = {"reference": getattr(request, "reference", ""), "at": timezone.localtime(), "language": spoken()}
    return HttpResponse(loader.render_to_string("shell/broken.html", shown), status=500)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose mark against forgery does not fit: an old page, another login, or no cookies."""
    return _not_saved(request, came_from(request), both("重新打开那一页", "Open that page anew"))


def signed_out(request: HttpRequest) -> HttpResponse:
    """Answer a form of ours that was sent when its login had ended: what was typed can be copied before the login."""
    back = urlsplit(came_from(request))
    login = f"{reverse('people:login')}?{urlencode({'next': urlunsplit(('', '', *back[2:4], ''))})}"
    return _not_saved(request, login, both("重新登录", "Log in again"))


def _not_saved(request: HttpRequest, back: str, way: str) -> HttpResponse:
    """Show that a form was not saved, with its words where a page of ours sent it: nobody else's are shown here."""
    typed = typed_words(request) if back and came_from(request) else []
    shown = {"back": back, "way": way, "typed": typed, "language": spoken()}
    return render(request, "shell/stale.html", shown, status=403)


def typed_words(request: HttpRequest) -> list[str]:
    """Return what somebody typed into a form, without what the page put there."""
    typed = [one for name, each in request.POST.lists() if not _is_own(name) for one in each]
    return [one for one in typed if one.strip() and not _MADE.fullmatch(one)]


def _is_own(name: str) -> bool:
    return name in ("csrfmiddlewaretoken", "next", "language", "acting_for") or "password" in name


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that is refused as it stands: too large a text, too many fields, a damaged upload."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    is_large = length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return fault(request, 413 if is_large else 400)


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that a request came from; nothing where there is none, or it is the same page."""
    came = request.META.get("HTTP_REFERER", "")
    try:
        here = request.get_host()
    except DisallowedHost:  # the answer to a wrong name is a page too
        return ""
    own = url_has_allowed_host_and_scheme(came, {here}, require_https=request.is_secure())
    return came if own and came != request.build_absolute_uri() else ""


class OnlyForms:
    """Shows a page where an address that only takes forms is opened: the framework answers with nothing to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != 405 or answer.content or request.path.startswith("/api/"):  # noqa: PLR2004
            return answer
        said = fault(request, 405)
        said["Allow"] = answer["Allow"]
        return said
