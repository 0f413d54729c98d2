"""What the worker tidies away by itself."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from learncity.kernel import worker


@pytest.mark.django_db
def test_sessions_that_ended_are_deleted_and_others_kept():
    now = timezone.now()
    for key, expire in (("over", now - timedelta(minutes=1)), ("open", now + timedelta(minutes=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expire)

    worker.forget_old_rows()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
