from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "learncity.apps.record"
    label = "record"
