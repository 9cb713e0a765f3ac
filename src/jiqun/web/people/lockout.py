"""Logins that failed too often: beside one account tried from one address, an account or an address as a whole."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone


def is_worn_out(username: str, address: str) -> bool:
    """Tell whether an account was tried too often from wherever, or an address tried too many accounts.

    axes counts account and address together (5); who tries one password on every account, or one account from many
    addresses, never comes that far.
    """
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    lately = AccessAttempt.objects.filter(attempt_time__gte=since)
    limits = (
        (lately.filter(username=username), settings.FAILURES_OF_ACCOUNT),
        (lately.filter(ip_address=address), settings.FAILURES_OF_ADDRESS),
    )
    return any((found.aggregate(all=Sum("failures_since_start"))["all"] or 0) >= limit for found, limit in limits)
