"""How often a user may call: counted minute by minute, in each process of the server on its own."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

_MINUTE = 60


class PerMinute(BaseThrottle):
    """Lets `JIQUN_API_PER_MINUTE` calls of a user pass in each minute of the clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._calls: dict[int, int] = {}

    def allow_request(self, request: HttpRequest) -> bool:
        user: Any = request.auth  # type: ignore[attr-defined]
        minute = int(time.time()) // _MINUTE
        with self._lock:
            if minute != self._minute:
                self._minute, self._calls = minute, {}
            self._calls[user.pk] = self._calls.get(user.pk, 0) + 1
            return self._calls[user.pk] <= settings.API_PER_MINUTE

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return _MINUTE - int(time.time()) % _MINUTE
