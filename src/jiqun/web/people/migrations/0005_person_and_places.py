from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_generation")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="other_places",
            field=models.JSONField(blank=True, default=list, help_text="further places of the same role"),
        ),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.CharField(
                blank=True, help_text="number of the person: equal ones are the same eyes", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="place",
            field=models.CharField(
                blank=True, help_text="the firm that a token of several firms is for", max_length=40
            ),
        ),
    ]
