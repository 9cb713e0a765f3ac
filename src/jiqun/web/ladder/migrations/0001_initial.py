"""Screenings that firms are told; the database itself refuses to change or remove them."""

from __future__ import annotations

from django.db import migrations, models

from jiqun.web.people.append_only import AppendOnly

_RELEASES = AppendOnly("ladder_pages_release", "ladder_release", "releases are append-only")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("screening", models.CharField(max_length=80, unique=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
            ],
            options={"ordering": ["-id"]},
        ),
        _RELEASES.operation(),
    ]
