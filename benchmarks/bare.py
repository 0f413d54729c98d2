"""The limits of the page rows: the same web server with the same bytes, as a file and from Django.

``python -m benchmarks.bare FOLDER PORT`` serves each file of a folder at /files/NAME by itself, and
at /NAME through Django with the eight usual middlewares.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from learncity.config.env import env
from learncity.config.web import BACKPRESSURE, THREADS

from .product import HOST, Product, free_port, reaches

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def load(_target: str) -> Any:
    """A Django application of one view, which answers from memory."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    pages = {file.name: file.read_bytes() for file in Path(sys.argv[1]).iterdir()}
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html; charset=utf-8"}

    def page(_request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(pages[name], headers=headers)

    class Urls:
        urlpatterns = [path("<str:name>", page)]

    settings.configure(
        ALLOWED_HOSTS=["*"], SECRET_KEY="bare", MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF=Urls,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.sessions"],
    )  # fmt: skip
    django.setup()
    return get_wsgi_application()


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Product]:
    """Have these files served at /files/NAME, with as many processes as the product has."""
    with TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        for path, body in files.items():
            (folder / path).write_bytes(body)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare", str(folder), str(port)]
        )
        try:
            while not reaches(port):
                time.sleep(0.1)
            yield Product(port, process, server=None)
        finally:
            process.terminate()
            process.wait(30)


def main(folder: str, port: str) -> None:
    """Serve until told to stop."""
    Granian(
        "benchmarks.bare:load",
        address=HOST,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(env().workers),
        blocking_threads=THREADS,
        backpressure=BACKPRESSURE,
        websockets=False,
        log_level=LogLevels.warning,
        static_path_route=["/files"],
        static_path_mount=[Path(folder)],
    ).serve(target_loader=load)


if __name__ == "__main__":
    main(*sys.argv[1:])
