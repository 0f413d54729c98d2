"""Names are found by signs and pairs alone: the words of a dictionary in them go."""

from importlib import import_module

from django.db import migrations

fill_words = import_module(
    "learncity.apps.people.migrations.0005_words_and_first_residences"
).fill_words


class Migration(migrations.Migration):
    dependencies = [("people", "0011_resemblances_of_sign_ins")]

    operations = [migrations.RunPython(fill_words, migrations.RunPython.noop)]
