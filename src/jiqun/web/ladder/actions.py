"""Telling firms what a screening says of them: right → change → log, in one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jiqun.web.ladder.models import Release
from jiqun.web.people import audit
from jiqun.web.people.models import User


@transaction.atomic
def release(user: User, screening: str) -> Release:
    """Have every firm told its own result of a screening; done twice it is done once."""
    said = {"at": timezone.now(), "by": user.get_username()}
    made, is_new = Release.objects.get_or_create(screening=screening, defaults=said)
    if is_new:
        audit.record(user.get_username(), "ladder.release", screening)
    return made
