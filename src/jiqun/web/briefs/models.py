"""Reports that were made, and those that are made again and again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

WEEKLY, MONTHLY = "weekly", "monthly"


class Schedule(models.Model):
    """A report made on a day of every week (1 Monday) or month (31: its last day), under its reader's rights then."""

    kind = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    every = models.CharField(max_length=8, help_text="weekly or monthly")
    day = models.PositiveSmallIntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="schedules")
    made_by = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    next_due = models.DateField(db_index=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]


class MadeReport(models.Model):
    """A finished file; `column` and `place` say whose rows it tells of ('' the whole region).

    `restricted` says that it was made for somebody who sees restricted figures. The file's name is its hash.
    """

    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    file = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    run = models.CharField(max_length=64, blank=True)
    is_trial = models.BooleanField(default=True)
    column = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=400, blank=True)
    restricted = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField(db_index=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, null=True, related_name="reports")

    class Meta:
        ordering: ClassVar[list[Any]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "file", "column", "place", "restricted"], name="one_file_each")
        ]

    @property
    def ending(self) -> str:
        return self.file.rpartition(".")[2]
