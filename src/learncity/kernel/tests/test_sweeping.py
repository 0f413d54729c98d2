"""What the kernel keeps is gone when its time is over."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from learncity.kernel import personal_data


@pytest.mark.django_db
def test_sessions_that_ended_are_deleted_and_others_kept():
    now = timezone.now()
    for key, expire in (("over", now - timedelta(minutes=1)), ("open", now + timedelta(minutes=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expire)

    personal_data.sweep({"kernel.session": now})

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
