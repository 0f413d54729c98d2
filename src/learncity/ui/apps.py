from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "learncity.ui"
    label = "ui"
