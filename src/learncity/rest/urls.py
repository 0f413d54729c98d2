"""Addresses of the public API."""

from django.urls import include, path, re_path

from learncity.kernel.routes import by_first_part

from . import docs
from .api import patterns
from .shell import not_found

app_name = "rest"

urlpatterns = [
    path("v1/docs", docs.page, name="docs"),
    path("v1/openapi.json", docs.description, name="openapi"),
    path("v1/", include(by_first_part(patterns()))),
    # A program that mistypes an address gets a problem, not a page.
    re_path(r"", not_found, name="not_found"),
]
