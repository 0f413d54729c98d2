"""The limits of what goes through HTTP: the same web server and Django, and nothing of the product.

``python -m benchmarks.bare FOLDER PORT`` serves each file of a folder at /files/NAME by itself, and
at /NAME through Django with the eight usual middlewares. POST /place/CLASS/PERSON makes the changes
of rows that a place makes, asking nobody and deciding nothing.
"""

import re
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
from learncity.kernel.postgres import Embedded

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
    """A Django application of two views."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, transaction
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    from learncity.config.settings import DATABASES

    pages = {file.name: file.read_bytes() for file in Path(sys.argv[1]).iterdir()}
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html; charset=utf-8"}

    def page(_request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(pages[name], headers=headers)

    lock, write = statements()

    @csrf_exempt
    def place(_request: HttpRequest, course_class: int, person: int) -> HttpResponse:
        values = {"c": course_class, "p": person}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lock, values)
            cursor.execute(write, values)
        return HttpResponse(status=201)

    class Urls:
        urlpatterns = [
            path("place/<int:course_class>/<int:person>", place),
            path("<str:name>", page),
        ]

    settings.configure(
        DATABASES=DATABASES,
        ALLOWED_HOSTS=["*"], SECRET_KEY="bare", MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF=Urls,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.sessions"],
    )  # fmt: skip
    django.setup()
    return get_wsgi_application()


def statements() -> tuple[str, str]:
    """The lock and the changes of rows of ``place.sql``, with c and p as parameters."""
    lines = Path(__file__).with_name("place.sql").read_text().splitlines()
    lock = next(line for line in lines if line.startswith("SELECT pg_advisory_xact_lock"))
    write = next(line for line in lines if line.startswith("WITH "))
    named = re.compile(r"(?<!:):([cp])\b")
    return named.sub(r"%(\1)s", lock), named.sub(r"%(\1)s", write)


@contextmanager
def serving(files: dict[str, bytes], server: Embedded | None = None) -> Iterator[Product]:
    """Have these files served at /files/NAME, with as many processes as the product has.

    Args:
        server: the database whose processor time counts too.
    """
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
            yield Product(port, process, server)
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
