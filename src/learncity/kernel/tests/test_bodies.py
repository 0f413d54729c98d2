"""A stranger cannot fill the disk or the memory with a body that no page needs."""

import pytest
from django.conf import global_settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path

from learncity.kernel.access import everyone

PART = "--b\r\nContent-Disposition: form-data; name={}\r\n\r\n{}\r\n"
TYPE = "multipart/form-data; boundary=b"


def form(size: int) -> bytes:
    """A form with a field, a file of so many bytes, and another field."""
    file = PART.format("f; filename=f.bin", "x" * size)
    return f"{PART.format('before', 'one')}{file}{PART.format('after', 'two')}--b--\r\n".encode()


class Untouched:
    """A body that nobody may read."""

    def read(self, *_sizes: int) -> bytes:
        raise AssertionError("it was read")

    readline = read


@pytest.fixture
def no_disk(settings, tmp_path):
    """Whatever is written to the disk for an upload fails."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "gone"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0


@everyone
def echo(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"fields": request.POST.dict(), "files": list(request.FILES)})


urlpatterns = [path("echo/", echo)]


@pytest.mark.parametrize("csrf", [True, False])
@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/"])
def test_a_large_body_is_refused_before_a_byte_is_read(settings, address, csrf):
    length = {"CONTENT_LENGTH": str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    browser = Client(enforce_csrf_checks=csrf)

    answer = browser.post(address, b"", TYPE, **length, **{"wsgi.input": Untouched()})

    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Content-Security-Policy" in answer.headers


def test_the_refusal_speaks_the_language_that_was_asked_for(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    said = {
        language: Client()
        .post("/sign-in/", form(100), TYPE, headers={"accept-language": language})
        .content.decode()
        for language in ("zh", "vi", "en")
    }

    assert len(set(said.values())) == 3


def test_a_file_in_a_form_is_passed_over(db, settings, client, no_disk):
    settings.ROOT_URLCONF = __name__

    answer = client.post("/echo/", form(500_000), TYPE)

    assert answer.json() == {"fields": {"before": "one", "after": "two"}, "files": []}


def test_control_django_alone_would_write_it_to_the_disk(db, settings, client, no_disk):
    settings.ROOT_URLCONF = __name__
    settings.FILE_UPLOAD_HANDLERS = global_settings.FILE_UPLOAD_HANDLERS

    with pytest.raises(FileNotFoundError):
        client.post("/echo/", form(500_000), TYPE)


def test_the_api_refuses_a_large_body_with_a_problem(db, client, settings):
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    answer = client.post("/api/v1/classes/ink/applications", body, "application/json")

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize("length", ["x", "-1", "9" * 5000])
def test_a_length_that_is_none_is_an_empty_body(db, client, length):
    answer = client.post("/nowhere/", b"", TYPE, CONTENT_LENGTH=length)

    assert answer.status_code == 404
