"""What people and programs read about the API."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe

from learncity.kernel.access import everyone

from . import openapi
from .api import api
from .problems import codes
from .shell import shelled


@everyone
def page(request: HttpRequest) -> HttpResponse:
    """How to use the API, in one page."""
    operations = [
        (method.upper(), path, said["summary"])
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
    ]
    context = {
        "operations": operations,
        "site": settings.BASE_URL,
        "base": f"{settings.BASE_URL}/api/v1",
        "codes": [
            {"code": code, "status": status, "detail": detail} for code, status, detail in codes()
        ],
    }
    return render(request, "rest/docs.html", context)


@shelled
@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    response = JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; the same for everybody, in English."""
    with override("en"):
        return openapi.document(api)
