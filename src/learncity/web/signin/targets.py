"""Where to go afterwards."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Where to go afterwards, if it is a page of ours."""
    return safe(request.POST.get("next") or request.GET.get("next") or "", default)


def safe(target: str, default: str = "") -> str:
    """An address, if it is a page of ours."""
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/"):
        return target
    return default
