from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "learncity.apps.privacy"
    label = "privacy"
