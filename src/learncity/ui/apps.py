"""The design system: frame, style sheet, components, icons and the page that shows them."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The room of the look; it has no table and knows no other room."""

    name = "learncity.ui"
    label = "ui"
