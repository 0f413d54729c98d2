"""Addresses of the style page: every component in three languages, and four whole pages."""

from django.urls import path

from learncity.ui import views

app_name = "ui"

urlpatterns = [
    path("style/", views.style_page, name="style"),
    path("style/<slug:name>/", views.sample_page, name="sample"),
]
