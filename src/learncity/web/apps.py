from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "learncity.web"
    label = "web"
