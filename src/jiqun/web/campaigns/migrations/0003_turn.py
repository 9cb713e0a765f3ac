from django.db import migrations, models


class Migration(migrations.Migration):
    """What was signed may be corrected by another campaign about the same."""

    dependencies = [("campaigns", "0002_events_are_append_only")]

    operations = [
        migrations.RemoveConstraint(model_name="campaign", name="one_campaign_each"),
        migrations.AddField(model_name="campaign", name="turn", field=models.PositiveSmallIntegerField(default=1)),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("method", "year", "district", "turn"), name="one_campaign_each"),
        ),
    ]
