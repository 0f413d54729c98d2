from django.apps import AppConfig


class AssertionsConfig(AppConfig):
    name = "learncity.apps.assertions"
    label = "assertions"

    def ready(self) -> None:
        """Register the keys of this room, its facts, and how an assertion is named."""
        from learncity.apps.record import services as record

        from . import facts, queries, rules

        rules.register(*facts.KEYS)
        record.register(*facts.ALL)
        record.register_subjects(facts.SUBJECT, queries.names)
