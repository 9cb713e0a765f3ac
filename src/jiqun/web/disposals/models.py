"""The case of a low-efficiency firm in a year, and the events that are its state (append-only by migration 0002)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiqun.web.people.append_only import WrittenOnce


class Disposal(models.Model):
    """A low-efficiency firm of a data year, found in a run."""

    enterprise = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    run = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enterprise", "year"], name="one_disposal_a_year")
        ]


class DisposalEvent(WrittenOnce):
    """Something that happened in a case; never changed, never removed."""

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    kind = models.CharField(max_length=20)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
