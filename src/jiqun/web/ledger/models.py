"""A file on its way into the ledger, and who owes which data by when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

UPLOAD_STATES = ("checking", "checked", "refused", "committing", "committed", "dropped")


class Upload(models.Model):
    """A file that somebody handed in: nothing of it is in the ledger before its state is committed."""

    token = models.CharField(max_length=32, unique=True, help_text="random; names the folder that holds the file")
    table = models.CharField(max_length=60)
    period = models.CharField(max_length=20, blank=True)
    file = models.CharField(max_length=255)
    size = models.BigIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    at = models.DateTimeField(db_index=True)
    note = models.CharField(max_length=300, blank=True)
    told = models.JSONField(default=dict, help_text="what a person said of sheet, header row, columns and units")
    state = models.CharField(max_length=10, default="checking", help_text="one of UPLOAD_STATES", db_index=True)
    sha256 = models.CharField(max_length=64, blank=True)
    preview = models.JSONField(default=dict)
    number = models.BigIntegerField(null=True, help_text="the import that it became")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    @property
    def waits(self) -> bool:
        """Whether the file still lies here and somebody has to decide."""
        return self.state in ("checking", "checked", "refused", "committing")


class Duty(models.Model):
    """Who owes the rows of a table of one district and year, and by when."""

    table = models.CharField(max_length=60)
    district = models.CharField(max_length=12)
    year = models.IntegerField()
    unit = models.CharField(max_length=80)
    person = models.CharField(max_length=60, blank=True)
    due = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["table", "district", "year"], name="one_duty_for_rows")
        ]
