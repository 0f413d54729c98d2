from django.apps import AppConfig


class DemandConfig(AppConfig):
    name = "learncity.apps.demand"
    label = "demand"
