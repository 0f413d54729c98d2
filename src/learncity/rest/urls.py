"""Addresses of the public API."""

from django.http import HttpResponse
from django.urls import path

from learncity.kernel.access import everyone

app_name = "rest"

urlpatterns = [path("v1/docs", everyone(lambda r: HttpResponse("soon")), name="docs")]
