"""The promises of this room: the inbox exactly once, the way out at least once."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.notices import ports, queries, services
from learncity.apps.notices.models import Delivery, Message
from learncity.apps.notices.ports.aliyun import Aliyun, Refused
from learncity.apps.notices.types import (
    Channel,
    CodeWanted,
    DeliveryState,
    Kind,
    NewMessage,
    Outgoing,
)
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.kernel import outbox, personal_data
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import OutboxEntry
from learncity.kernel.texts import Text

HELLO = Kind("tests.hello", "Hello %(who)s", "Hello, %(who)s.")


def drain():
    """What the worker does, until nothing is due."""
    while outbox.dispatch(at=timezone.now() + timedelta(seconds=1)):
        pass


def hello(person, key="1", language="en"):
    return NewMessage(person, language, HELLO, key, {"who": Text(en="Lan", vi="Lan ơi")}, OPENING)


class Sender:
    """A port that remembers, and fails as often as told."""

    def __init__(self, failures=0):
        self.sent, self.failures, self.fault = [], failures, None

    def send(self, outs):
        return [self._send_one(out) for out in outs]

    def _send_one(self, out):
        if self.failures:
            self.failures -= 1
            return self.fault or OSError(f"no signal for {out.address}")
        self.sent.append(out)
        return True


@pytest.fixture
def sms(monkeypatch):
    sender = Sender()
    monkeypatch.setattr(services, "sms_port", lambda: sender)
    return sender


@pytest.mark.django_db
def test_the_same_news_told_twice_is_one_message():
    person = make_person()

    services.tell([hello(person)])
    services.tell([hello(person), hello(person, "2")])

    assert len(queries.inbox(person)) == 2


@pytest.mark.django_db
def test_a_message_is_written_in_the_language_of_its_person():
    person = make_person(language="vi")
    key = make_class()

    classes.apply(class_key=key, person_id=person, by=By(person, Via.WEB), at=OPENING)

    (message,) = queries.inbox(person)
    assert message.language == "vi"
    assert (
        "kế toán" in message.title.lower()
        or "ghi sổ" in message.title.lower()
        or re.search("[ăâđêôơư]", message.title)
    )


@pytest.mark.django_db
def test_a_message_leaves_by_sms_when_there_is_no_email(sms):
    person = make_person(account=True)

    services.tell([hello(person)])
    drain()

    (out,) = sms.sent
    assert (out.body, out.id) == ("Hello, Lan.", queries.inbox(person)[0].id)
    assert Delivery.objects.get(message_id=out.id).state == DeliveryState.SENT


@pytest.mark.django_db
def test_email_is_preferred_to_sms(sms, monkeypatch):
    email = Sender()
    monkeypatch.setattr(services, "email_port", lambda: email)
    account = people.account_for(
        address=people.parse_address("lan@example.org", region="CN", invented=True), language="vi"
    )
    people.prove(account_id=account.id, at=OPENING)

    services.tell([hello(account.person_id)])
    drain()

    assert [out.address for out in email.sent] == ["lan@example.org"]
    assert sms.sent == []


@pytest.mark.django_db
def test_nothing_leaves_to_an_address_that_nobody_has_proven(sms):
    account = people.account_for(
        address=people.parse_address("+8615459990001", region="CN", invented=True), language="vi"
    )

    services.tell([hello(account.person_id)])
    drain()

    assert sms.sent == []
    assert len(queries.inbox(account.person_id)) == 1


@pytest.mark.django_db
def test_a_failure_is_tried_again_under_the_same_id(sms):
    person = make_person(account=True)
    sms.failures = 2
    services.tell([hello(person)])

    for minutes in (0, 1, 20):
        outbox.dispatch(at=timezone.now() + timedelta(minutes=minutes))

    assert len(sms.sent) == 1
    assert OutboxEntry.objects.get(done_at__isnull=False).attempts == 3


@pytest.mark.django_db
def test_of_many_messages_only_those_that_failed_are_sent_again(sms):
    services.tell([hello(make_person(account=True), str(n)) for n in range(5)])
    sms.failures = 2

    drain()
    first = {out.id for out in sms.sent}
    outbox.dispatch(at=timezone.now() + timedelta(minutes=1))

    assert (len(first), len(sms.sent), len({out.id for out in sms.sent})) == (3, 5, 5)
    assert Delivery.objects.count() == 5


@pytest.mark.django_db
def test_a_handler_that_breaks_on_one_event_still_handles_the_others(monkeypatch):
    handled = []

    def breaks(events):
        handled.extend(e.delivery_id for e in events)
        if any(e.code == "bad" for e in events):
            raise ValueError(len(events))

    monkeypatch.setitem(outbox._handlers, "notices.CodeWanted", {"tests.breaks": breaks})
    good, bad = uuid7(), uuid7()
    outbox.publish(
        CodeWanted(good, "SMS", "+8615459990004", "en", "good"),
        CodeWanted(bad, "SMS", "+8615459990004", "en", "bad"),
    )

    assert outbox.dispatch(at=timezone.now() + timedelta(seconds=1)) == 2

    assert OutboxEntry.objects.filter(done_at=None).get().error == "ValueError"
    assert OutboxEntry.objects.exclude(done_at=None).count() == 1
    assert handled[2:] == [good.hex, bad.hex] or handled[2:] == [str(good), str(bad)]


@pytest.mark.django_db
def test_as_many_can_be_told_at_once_as_a_large_lecture_has_people():
    """More values than one statement of PostgreSQL takes."""
    person, number = make_person(), 8_000

    services.tell([hello(person, str(n)) for n in range(number)])

    assert Message.objects.filter(person_id=person).count() == number
    assert OutboxEntry.objects.count() == number


@pytest.mark.django_db
def test_carrying_many_messages_asks_as_often_as_carrying_one(sms, django_assert_max_num_queries):
    services.tell([hello(make_person(account=True), str(n)) for n in range(12)])
    with django_assert_max_num_queries(9):
        outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    assert len(sms.sent) == 12


@pytest.mark.django_db
def test_after_the_last_try_the_message_is_set_aside_and_can_be_tried_again(sms):
    sms.failures = 100
    services.tell([hello(make_person(account=True))])
    at = timezone.now()
    for _ in range(12):
        at += timedelta(days=2)
        outbox.dispatch(at=at)
    (given_up,) = outbox.given_up()
    assert given_up.error == "OSError"

    sms.failures = 0
    assert outbox.try_again(given_up.id)
    drain()

    assert len(sms.sent) == 1
    assert outbox.given_up() == []


@pytest.mark.django_db
def test_a_code_is_forgotten_once_it_was_sent(sms):
    services.want_code(channel=Channel.SMS, address="+8615459990002", code="123456", language="vi")
    drain()

    assert "123456" in sms.sent[0].body
    assert "123456" not in json.dumps(list(OutboxEntry.objects.values("body", "error")))
    assert Delivery.objects.get().body == ""


def want(code, address="+8615459990005"):
    services.want_code(channel=Channel.SMS, address=address, code=code, language="en")


@pytest.mark.django_db
def test_a_code_is_sent_only_while_it_works(sms):
    want("111111")
    wanted = timezone.now()

    outbox.dispatch(at=wanted + CodeWanted.lasts)

    assert sms.sent == []
    (row,) = OutboxEntry.objects.all()
    assert (row.body, row.done_at, row.failed_at) == ({}, wanted + CodeWanted.lasts, None)
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_a_code_is_sent_as_soon_as_the_provider_is_back_in_its_ten_minutes(sms):
    sms.failures = 4
    want("222222")
    wanted = timezone.now()

    for seconds in (1, 5, 30, 120, 500):
        outbox.dispatch(at=wanted + timedelta(seconds=seconds))

    assert ["222222" in out.body for out in sms.sent] == [True]


@pytest.mark.django_db
def test_a_code_that_cannot_leave_is_forgotten_when_no_try_is_left_in_its_time(sms):
    sms.failures = 100
    want("333333")
    wanted = timezone.now()

    for seconds in (1, 5, 30, 120, 500):
        outbox.dispatch(at=wanted + timedelta(seconds=seconds))

    (row,) = OutboxEntry.objects.all()
    assert (row.body, row.error, row.attempts) == ({}, "OSError", 5)
    assert outbox.given_up() == []
    assert not outbox.try_again(row.id)
    assert "333333" not in (said := json.dumps(list(OutboxEntry.objects.values("body", "error"))))
    assert "59990005" not in said


@pytest.mark.django_db
def test_a_message_still_leaves_hours_late(sms):
    services.tell([hello(make_person(account=True))])

    outbox.dispatch(at=timezone.now() + timedelta(hours=10))

    assert len(sms.sent) == 1


def test_a_code_is_carried_as_long_as_it_works(settings):
    assert CodeWanted.lasts.total_seconds() == settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
    assert f"{CodeWanted.lasts.seconds // 60} minutes" in services.CODE.body


@pytest.mark.django_db
def test_what_a_provider_says_of_an_address_is_not_kept(sms):
    services.tell([hello(make_person(account=True), str(n)) for n in range(2)])
    sms.failures, sms.fault = 1, Refused("isv.MOBILE_NUMBER_ILLEGAL")
    outbox.dispatch(at=timezone.now(), limit=1)
    sms.failures, sms.fault = 1, None
    outbox.dispatch(at=timezone.now(), limit=1)

    kept = OutboxEntry.objects.filter(attempts=1).values_list("error", flat=True)
    assert sorted(kept) == ["OSError", "Refused isv.MOBILE_NUMBER_ILLEGAL"]


@pytest.mark.django_db
def test_rows_given_up_go_after_a_month_and_handled_ones_after_a_week(sms):
    now = timezone.now()
    kept = [
        OutboxEntry.objects.create(event="tests.E", handler="h", body={}, **ended).id
        for ended in (
            {},
            {"done_at": now - timedelta(days=6)},
            {"failed_at": now - timedelta(days=29)},
        )
    ]
    for ended in (
        {"done_at": now - timedelta(days=8)},
        {"failed_at": now - timedelta(days=31)},
    ):
        OutboxEntry.objects.create(event="tests.E", handler="h", body={}, **ended)

    personal_data.sweep({"kernel.news": now - timedelta(days=7)})

    assert sorted(OutboxEntry.objects.values_list("id", flat=True)) == sorted(kept)


@pytest.mark.django_db
def test_without_a_sender_the_text_is_held_and_can_be_read():
    services.want_code(channel=Channel.SMS, address="+8615459990003", code="654321", language="en")
    drain()

    (held,) = queries.latest_deliveries(address="59990003")
    assert (held.state, "654321" in held.body) == (DeliveryState.HELD, True)


@pytest.mark.django_db
def test_the_message_survives_a_worker_that_dies_after_sending(sms, monkeypatch):
    """At least once: the same id leaves again, and is still one delivery and one message."""
    person = make_person(account=True)
    services.tell([hello(person)])
    with monkeypatch.context() as dying:
        dying.setattr(services, "insert", lambda *args, **kw: 1 / 0)
        outbox.dispatch(at=timezone.now())

    outbox.dispatch(at=timezone.now() + timedelta(minutes=1))

    assert len({out.id for out in sms.sent}) == 1
    assert len(sms.sent) == 2
    assert Delivery.objects.count() == Message.objects.filter(person_id=person).count() == 1


@pytest.mark.django_db
def test_nobody_reads_or_marks_the_messages_of_others():
    mine, stranger = make_person(), make_person()
    services.tell([hello(mine)])
    (message,) = queries.inbox(mine)

    services.mark_read(person_id=stranger, message_ids=[message.id], at=OPENING)

    assert queries.find_message(message.id, person_id=stranger) is None
    assert queries.unread(mine) == 1


def test_two_workers_never_hand_out_the_same_row_twice(committed, sms):
    services.tell([hello(make_person(account=True), str(n)) for n in range(20)])
    sent = []
    lock = threading.Lock()

    def work():
        from django.db import connection

        taken = outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
        with lock:
            sent.append(taken)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 20
    assert len({out.id for out in sms.sent}) == len(sms.sent) == 20


# The SMS adapter, against recorded answers of the provider's documentation.

OUT = Outgoing(
    uuid7(), "+8613800000000", "", "您好", "zh-Hans", "notices.sign_in_code", {"code": "123456"}
)


@pytest.fixture
def provider():
    """A server that answers as the provider's documents say and keeps what it was asked."""
    asked, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append({k: v[0] for k, v in parse_qs(body).items()})
            answer = json.dumps(answers.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"aliyun://KEY:SECRET@127.0.0.1:{server.server_port}?sign=LC&template=SMS_1"
    yield Aliyun(url, scheme="http"), asked, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_sms_adapter_sends_the_approved_template_and_its_variables(provider):
    adapter, asked, answers = provider
    answers.append({"Code": "OK", "Message": "OK", "BizId": "9006195", "RequestId": "F655A8D5"})

    assert adapter.send([OUT]) == [True]

    (request,) = asked
    assert request["PhoneNumbers"] == "13800000000"
    assert (request["SignName"], request["TemplateCode"]) == ("LC", "SMS_1")
    assert json.loads(request["TemplateParam"]) == {"code": "123456"}
    assert request["OutId"] == str(OUT.id)


def test_the_sms_adapter_raises_what_the_provider_refuses(provider):
    adapter, _, answers = provider
    answers.append({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"})

    (refusal,) = adapter.send([OUT])

    assert isinstance(refusal, Refused)
    assert refusal.code == "isv.BUSINESS_LIMIT_CONTROL"


def test_an_answer_that_is_no_code_of_the_provider_is_not_repeated(provider):
    adapter, _, answers = provider
    answers.append({"Code": "13800000000 is no number", "Message": "13800000000"})

    (refusal,) = adapter.send([OUT])

    assert refusal.args == ("unknown",)


def test_the_signature_is_that_of_the_documented_method():
    """Recomputed by hand from the public rule: HMAC-SHA1 over the sorted, quoted parameters."""
    adapter = Aliyun("aliyun://testId:testSecret@dysmsapi.aliyuncs.com?sign=LC")
    at = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)

    signed = adapter.signed({"OutId": "1", "Action": "SendSms", "X": "a b*~"}, at=at)

    import base64
    import hashlib
    import hmac

    text = (
        "POST&%2F&AccessKeyId%3DtestId%26Action%3DSendSms%26OutId%3D1%26SignatureMethod%3DHMAC-SHA1"
        "%26SignatureNonce%3D1030405000000%26SignatureVersion%3D1.0"
        "%26Timestamp%3D2027-01-02T03%253A04%253A05Z%26X%3Da%2520b%252A~"
    )
    expected = hmac.new(b"testSecret&", text.encode(), hashlib.sha1).digest()
    assert signed["Signature"] == base64.b64encode(expected).decode()


def test_a_provider_without_adapter_is_named(settings):
    settings.DEMO, settings.SMS_URL = False, "pigeon://x"
    ports.sms_port.cache_clear()
    try:
        with pytest.raises(ports.NoSuchSender, match="pigeon"):
            ports.sms_port()
    finally:
        ports.sms_port.cache_clear()
