"""A campaign, and the events that are all its state; the database refuses to change or remove them (migration 0002)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiqun.web.people.append_only import WrittenOnce


class Campaign(models.Model):
    """What is evaluated: one method, one data year, one district (the whole region where empty).

    `turn` counts from 1: what was signed is corrected by another campaign about the same, never in the signed one.
    """

    method = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField()
    district = models.CharField(max_length=12, blank=True)
    title = models.CharField(max_length=120)
    turn = models.PositiveSmallIntegerField(default=1)
    answer_days = models.PositiveSmallIntegerField(help_text="working days for the answer to an appeal")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["method", "year", "district", "turn"], name="one_campaign_each")
        ]


class Event(WrittenOnce):
    """Something that happened in a campaign; `about` is the number of the event that opened what it is about.

    `once` names what can happen only one time, so that doing it twice is doing it once.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    kind = models.CharField(max_length=30)
    about = models.PositiveBigIntegerField(default=0)
    details = models.JSONField(default=dict)
    once = models.CharField(max_length=120, null=True, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
