from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "learncity.apps.classes"
    label = "classes"

    def ready(self) -> None:
        """Tell the record which facts this room writes, and how a class is named."""
        from learncity.apps.record import services as record  # noqa: PLC0415 - models are loaded now

        from . import facts, queries  # noqa: PLC0415

        record.register(*facts.ALL)
        record.register_subjects(facts.SUBJECT, queries.names)
