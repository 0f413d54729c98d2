from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "learncity.apps.catalogue"
    label = "catalogue"
