"""Screenings that firms are told; the database refuses to change or remove a line (migration 0001)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiqun.web.people.append_only import WrittenOnce


class Release(WrittenOnce):
    """A screening that somebody had told to the firms, each its own result, as advice without force."""

    screening = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
