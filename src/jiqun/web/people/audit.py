"""Writing to the log: what was done, by whom, about what; reads of restricted data too."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from jiqun.web.people.models import AuditEntry

FROM: ContextVar[str | None] = ContextVar("jiqun_address", default=None)
"""The address of the request that is being answered; None in a worker, which acts for somebody who asked before."""


FIRM: ContextVar[str] = ContextVar("jiqun_firm", default="")
"""The firm that somebody who answers for several acts for in the request or job that is being done."""


def record(
    who: str, action: str, about: str, details: dict[str, Any] | None = None, address: str | None = None
) -> None:
    """Write one line; called within the transaction of the change, so that neither stands without the other.

    Where no `address` is given it is that of the request that is being answered.
    """
    address, details = address or FROM.get(), dict(details or {})
    if FIRM.get():
        details.setdefault("acting_for", FIRM.get())
    AuditEntry.objects.create(
        at=timezone.now(), who=who, action=action, about=about[:200], details=details, address=address
    )


def record_request(request: HttpRequest, action: str, about: str, **details: Any) -> None:
    """Write one line for what the user of a request does."""
    record(str(request.user.get_username()), action, about, details, request.META.get("REMOTE_ADDR") or None)
