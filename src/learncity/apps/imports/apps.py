from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "learncity.apps.imports"
    label = "imports"
