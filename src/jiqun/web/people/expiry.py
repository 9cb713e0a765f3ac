"""Sessions that ended are forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command

from jiqun.web.jobs.chores import regular


@regular("people.sessions", timedelta(days=1))
def forget_sessions() -> None:
    """Remove sessions that are over from the database."""
    call_command("clearsessions", verbosity=0)
