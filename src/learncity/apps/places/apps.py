from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "learncity.apps.places"
    label = "places"
