"""Drafts are of every kind of object of the law, not of methods alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drafts", "0002_events_are_append_only")]
    operations = [
        migrations.RenameField("ruledraft", "method", "about"),
        migrations.AddField("ruledraft", "kind", models.CharField(default="method", max_length=20)),
        migrations.AddField("ruledraft", "came_from", models.CharField(blank=True, default="", max_length=120)),
    ]
