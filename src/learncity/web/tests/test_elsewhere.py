"""Signing in elsewhere, against a server that answers as the providers' public documents record.

It opens an account only where a link was made, and a link is made only by somebody who showed the
account's own address by a code in the same browser, and said yes.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.security import queries, services
from learncity.apps.security.models import Link
from learncity.apps.security.types import Known, LinkTaken, Way
from learncity.kernel import outbox

from .test_security import FIREFOX, WECHAT, set_up_app

WORKER, SENIOR = "+8615400000001", "+8615400000002"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Elsewhere:
    """All three providers on one local server; what each is asked, and what it will answer."""

    def __init__(self):
        self.asked, self.claims, self.key, self.headers = [], {}, RSA_KEY, {"kid": "k1"}
        self.wechat = {
            "access_token": "A1", "expires_in": 7200, "refresh_token": "R1", "openid": "OPENID",
            "scope": "snsapi_login", "unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL",
        }  # fmt: skip
        self.zalo_token = {"access_token": "Z1", "refresh_token": "R1", "expires_in": "90000"}
        self.zalo = {"id": "1834598203411827", "error": 0, "message": "Success"}
        self.base = ""

    def answer(self, path, form, headers):
        self.asked.append((path, form, headers))
        if path == "/realm/.well-known/openid-configuration":
            realm = f"{self.base}/realm"
            return {
                "issuer": realm, "authorization_endpoint": f"{realm}/auth",
                "token_endpoint": f"{realm}/token", "jwks_uri": f"{realm}/keys",
            }  # fmt: skip
        if path == "/realm/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
            return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}
        if path == "/realm/token":
            token = jwt.encode(self.claims, self.key, "RS256", headers=self.headers)
            return {"access_token": "x", "token_type": "Bearer", "id_token": token}
        if path == "/sns/oauth2/access_token":
            return self.wechat
        return self.zalo if path == "/v2.0/me" else self.zalo_token


@pytest.fixture
def elsewhere(settings, db):
    cache.clear()
    found = Elsewhere()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, form):
            parts = urlsplit(self.path)
            form = {k: v[0] for k, v in parse_qs(form or parts.query).items()}
            said = found.answer(parts.path, form, self.headers)
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self._answer("")

        def do_POST(self):
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    here = f"127.0.0.1:{server.server_port}"
    found.base = f"http://{here}"
    settings.BASE_URL = "https://learn.example.org"
    settings.OIDC_URL = f"oidc://city:s%2Fcret@{here}/realm?name=City+pass"
    settings.WECHAT_URL = f"wechat://wxweb:SECRET@{here}"
    settings.WECHAT_APP_URL = f"wechat://wxapp:SECRET2@{here}"
    settings.ZALO_URL = f"zalo://4711:SECRET@{here}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def browser(agent=FIREFOX):
    return Client(headers={"user-agent": agent, "accept-language": "en"})


def leave(client, way, target=""):
    """Go to the provider; what its page was asked."""
    page = client.get(f"/sign-in/with/{way}/", {"next": target} if target else {}).url
    return {k: v[0] for k, v in parse_qs(urlsplit(page).query).items()}


def claims(elsewhere, asked, **changed):
    now = datetime.now(UTC)
    return {
        "iss": f"{elsewhere.base}/realm", "aud": "city", "sub": "u-1", "nonce": asked["nonce"],
        "iat": now, "exp": now + timedelta(minutes=5), "email": "somebody@example.org",
        "email_verified": True, **changed,
    }  # fmt: skip


def come_back(client, way, state, code="C0DE"):
    return client.get(f"/sign-in/with/{way}/back/", {"code": code, "state": state})


def through(client, elsewhere, way, target="", **changed):
    """All the way there and back."""
    asked = leave(client, way, target)
    if way == "oidc":
        elsewhere.claims = claims(elsewhere, asked, **changed)
    return come_back(client, way, asked["state"])


def by_code(client, phone, **more):
    client.post("/sign-in/", {"address": phone, **more})
    outbox.dispatch(at=timezone.now() + timedelta(seconds=1))
    code = re.search(r"\d{6}", notices.latest_deliveries(address=phone[-8:])[0].body)[0]
    return client.post("/sign-in/code/", {"code": code, "action": "verify", **more})


def link(client, elsewhere, way, phone=WORKER):
    """A stranger from elsewhere shows their phone number, and says yes."""
    through(client, elsewhere, way)
    by_code(client, phone)
    return client.post("/me/security/link/", {"answer": "yes"})


def phone_of(client):
    return client.get("/api/v1/me").json().get("phone")


def test_nothing_is_offered_that_is_not_set_up(client, city):
    assert "/sign-in/with/" not in client.get("/sign-in/").content.decode()
    for way in ("oidc", "wechat", "zalo", "weibo"):
        assert client.get(f"/sign-in/with/{way}/").status_code == 404
        assert client.get(f"/sign-in/with/{way}/back/?code=1&state=1").status_code == 404


def test_each_way_has_its_button(elsewhere, city):
    page = browser().get("/sign-in/?next=/me/classes/").content.decode()
    for way in ("oidc", "wechat", "zalo"):
        assert f'href="/sign-in/with/{way}/?next=%2Fme%2Fclasses%2F"' in page
    assert "City pass" in page


@pytest.mark.parametrize("way", ["oidc", "wechat", "zalo"])
def test_a_linked_account_opens_its_own_and_goes_where_one_was_going(elsewhere, city, way):
    assert link(browser(), elsewhere, way).url == "/me/security/"
    again = browser()

    back = through(again, elsewhere, way, target="/me/classes/")

    assert back.url == "/me/classes/"
    assert phone_of(again) == WORKER


@pytest.mark.parametrize("way", ["oidc", "wechat", "zalo"])
def test_who_is_not_linked_is_nobody_until_a_code_came_back_and_they_said_yes(elsewhere, city, way):
    client = browser()
    back = through(client, elsewhere, way)

    assert back.url == "/sign-in/"
    assert phone_of(client) is None
    asked = by_code(client, WORKER, next="/me/classes/")
    assert asked.url == "/me/security/link/?next=%2Fme%2Fclasses%2F"
    assert not Link.objects.exists()
    client.get(asked.url)
    assert not Link.objects.exists()
    said = client.post("/me/security/link/", {"answer": "no", "next": "/me/classes/"})
    assert (said.url, Link.objects.count()) == ("/me/classes/", 0)
    assert client.post("/me/security/link/", {"answer": "yes"}).url == "/me/security/"
    assert not Link.objects.exists()


def test_an_email_address_that_the_provider_calls_verified_opens_no_account(elsewhere, city):
    client = browser()
    through(client, elsewhere, "oidc", email="provider@example.org", email_verified=True)

    assert phone_of(client) is None
    assert not Link.objects.exists()
    assert "email" not in leave(client, "oidc")["scope"]


def test_the_person_is_told_of_a_link(elsewhere, city, account_of):
    link(browser(), elsewhere, "zalo")
    (message,) = notices.inbox(account_of("demo-worker").person_id)
    assert "Zalo" in message.body


def test_a_session_of_a_link_notes_its_browser_and_asks_for_the_second_factor(
    elsewhere, city, account_of
):
    staff = account_of("demo-provider").phone
    first = browser()
    link(first, elsewhere, "zalo", staff)
    set_up_app(first)
    again = browser()
    through(again, elsewhere, "zalo")

    assert again.get("/desk/").url.startswith("/sign-in/second/")
    assert "Firefox" in first.get("/me/security/").content.decode()


def test_a_link_is_removed_and_opens_nothing_more(elsewhere, city):
    client = browser()
    link(client, elsewhere, "zalo")
    (path,) = re.findall(
        r"/me/security/links/[\w-]+/remove/", client.get("/me/security/").content.decode()
    )
    stranger = browser()
    by_code(stranger, SENIOR)
    stranger.post(path)
    assert Link.objects.exists()

    client.post(path)

    again = browser()
    through(again, elsewhere, "zalo")
    assert phone_of(again) is None


def test_one_who_is_signed_in_links_from_their_page(elsewhere, city):
    client = browser()
    by_code(client, WORKER)

    asked = through(client, elsewhere, "wechat", target="/me/security/")

    assert asked.url == "/me/security/link/?next=%2Fme%2Fsecurity%2F"
    client.post(asked.url, {"answer": "yes", "next": "/me/security/"})
    assert Link.objects.get().way == "WECHAT"


def test_what_is_linked_to_another_stays_theirs(elsewhere, city, account_of):
    link(browser(), elsewhere, "zalo")
    client = browser()
    by_code(client, SENIOR)
    through(client, elsewhere, "zalo")

    refused = client.post("/me/security/link/", {"answer": "yes"})

    assert refused.status_code == 422
    assert Link.objects.get().account == account_of("demo-worker")
    assert phone_of(client) == SENIOR


def test_an_account_that_was_ended_is_not_opened(elsewhere, city, account_of):
    from learncity.apps.people.models import Account

    link(browser(), elsewhere, "zalo")
    Account.objects.filter(phone=WORKER).update(is_active=False)
    again = browser()
    through(again, elsewhere, "zalo")

    assert phone_of(again) is None


# Coming back from nowhere


@pytest.mark.parametrize("way", ["oidc", "wechat", "zalo"])
def test_whoever_did_not_leave_here_does_not_come_back_here(elsewhere, city, way):
    link(browser(), elsewhere, way)
    mine, other = browser(), browser()
    asked = leave(mine, way)
    if way == "oidc":
        elsewhere.claims = claims(elsewhere, asked)

    for client, state in ((other, asked["state"]), (mine, "wrong"), (mine, asked["state"])):
        assert come_back(client, way, state).url == "/sign-in/?elsewhere=failed"
        assert phone_of(client) is None
    # The wrong state used the attempt up.


def test_a_state_works_once_lately_and_for_its_own_provider(elsewhere, city):
    link(browser(), elsewhere, "zalo")
    client = browser()
    state = leave(client, "zalo")["state"]
    assert come_back(client, "wechat", state).url == "/sign-in/?elsewhere=failed"

    state = leave(client, "zalo")["state"]
    session = client.session
    session["elsewhere"] = {**session["elsewhere"], "at": session["elsewhere"]["at"] - 901}
    session.save()
    assert come_back(client, "zalo", state).url == "/sign-in/?elsewhere=failed"

    state = leave(client, "zalo")["state"]
    assert come_back(client, "zalo", state).url == "/me/"
    assert come_back(client, "zalo", state).url == "/me/security/?elsewhere=failed"


def test_a_link_that_waits_is_forgotten_after_a_quarter_of_an_hour(elsewhere, city):
    client = browser()
    through(client, elsewhere, "zalo")
    session = client.session
    session["pending_link"] = {**session["pending_link"], "at": session["pending_link"]["at"] - 901}
    session.save()

    assert by_code(client, WORKER).url == "/me/"
    client.post("/me/security/link/", {"answer": "yes"})
    assert not Link.objects.exists()


def test_nobody_is_led_away_to_another_site(elsewhere, city):
    link(browser(), elsewhere, "zalo")
    assert through(browser(), elsewhere, "zalo", target="https://evil.example/").url == "/me/"


def test_who_says_no_there_can_try_again_here(elsewhere, city):
    client = browser()
    state = leave(client, "zalo")["state"]
    back = client.get("/sign-in/with/zalo/back/", {"error": "access_denied", "state": state})

    page = client.get(back.url).content.decode()
    assert "did not work" in page
    assert 'name="address"' in page


# What each provider is asked, as its documents say


def test_oidc_is_asked_with_pkce_and_a_nonce_and_the_client_proves_itself(elsewhere, city):
    client = browser()
    asked = leave(client, "oidc")
    elsewhere.claims = claims(elsewhere, asked)
    come_back(client, "oidc", asked["state"])

    assert asked["redirect_uri"] == "https://learn.example.org/sign-in/with/oidc/back/"
    assert (asked["response_type"], asked["scope"], asked["client_id"]) == (
        "code",
        "openid",
        "city",
    )
    _, form, headers = next(a for a in elsewhere.asked if a[0] == "/realm/token")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    both = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert both == "city:s%2Fcret"  # RFC 6749, 2.3.1: each part encoded first


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["city", "another"]},
        {"aud": ["city", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"exp": datetime.now(UTC) - timedelta(minutes=5)},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_is_not_for_us_or_not_now_opens_nothing(elsewhere, city, wrong):
    link(browser(), elsewhere, "oidc")
    client = browser()
    assert through(client, elsewhere, "oidc", **wrong).url == "/sign-in/?elsewhere=failed"


def test_a_token_that_another_signed_or_nobody_opens_nothing(elsewhere, city):
    link(browser(), elsewhere, "oidc")
    elsewhere.key = OTHER_KEY
    assert through(browser(), elsewhere, "oidc").url == "/sign-in/?elsewhere=failed"
    elsewhere.key, elsewhere.headers = RSA_KEY, {"kid": "unknown"}
    assert through(browser(), elsewhere, "oidc").url == "/sign-in/?elsewhere=failed"


@pytest.mark.parametrize("kind", ["none", "HS256", "ES256"])
def test_only_a_public_key_of_the_issuer_is_believed(elsewhere, city, kind, monkeypatch):
    link(browser(), elsewhere, "oidc")
    key = {
        "none": "",
        "HS256": "s/cret-of-the-client-0123456789abcdef",
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    honest = elsewhere.answer

    def answer(path, form, headers):
        if path != "/realm/token":
            return honest(path, form, headers)
        token = jwt.encode(elsewhere.claims, key[kind] or None, kind, headers={"kid": "k1"})
        return {"id_token": token}

    elsewhere.answer = answer
    assert through(browser(), elsewhere, "oidc").url == "/sign-in/?elsewhere=failed"


def test_a_description_of_another_issuer_is_not_believed(elsewhere, city, settings):
    settings.OIDC_URL = settings.OIDC_URL.replace("/realm?", "/other?")
    assert browser().get("/sign-in/with/oidc/").url == "/sign-in/?elsewhere=failed"


def test_two_issuers_may_call_people_alike(elsewhere, city):
    link(browser(), elsewhere, "oidc")
    assert Link.objects.get().subject == f"{elsewhere.base}/realm u-1"


def test_wechat_is_asked_by_qr_code_outside_and_by_permission_inside(elsewhere, city):
    outside, inside = browser(), browser(WECHAT)
    pages = [c.get("/sign-in/with/wechat/").url for c in (outside, inside)]

    assert [urlsplit(p).path for p in pages] == ["/connect/qrconnect", "/connect/oauth2/authorize"]
    assert [p.endswith("#wechat_redirect") for p in pages] == [True, True]
    asked = [{k: v[0] for k, v in parse_qs(urlsplit(p).query).items()} for p in pages]
    assert [(a["appid"], a["scope"]) for a in asked] == [
        ("wxweb", "snsapi_login"), ("wxapp", "snsapi_userinfo"),
    ]  # fmt: skip
    come_back(inside, "wechat", asked[1]["state"])
    (_path, form, _), *_rest = [a for a in elsewhere.asked if a[0].startswith("/sns")]
    assert form == {
        "appid": "wxapp", "secret": "SECRET2", "code": "C0DE", "grant_type": "authorization_code",
    }  # fmt: skip


def test_wechat_knows_a_person_inside_and_outside_by_their_union(elsewhere, city):
    link(browser(), elsewhere, "wechat")
    elsewhere.wechat["openid"] = "ANOTHER"
    inside = browser(WECHAT)
    through(inside, elsewhere, "wechat")
    assert phone_of(inside) == WORKER


def test_without_a_union_wechat_knows_a_person_in_one_way_only(elsewhere, city):
    del elsewhere.wechat["unionid"]
    link(browser(), elsewhere, "wechat")
    outside, inside = browser(), browser(WECHAT)
    through(outside, elsewhere, "wechat")
    through(inside, elsewhere, "wechat")
    assert (phone_of(outside), phone_of(inside)) == (WORKER, None)


def test_a_refusal_of_wechat_opens_nothing(elsewhere, city):
    elsewhere.wechat = {"errcode": 40029, "errmsg": "invalid code"}
    assert through(browser(), elsewhere, "wechat").url == "/sign-in/?elsewhere=failed"


def test_zalo_is_asked_with_pkce_its_secret_in_a_header_and_a_proof(elsewhere, city):
    client = browser()
    asked = leave(client, "zalo")
    come_back(client, "zalo", asked["state"])

    assert (asked["app_id"], "client_id" in asked) == ("4711", False)
    (_, form, headers), (_, fields, of_me) = elsewhere.asked
    assert headers["secret_key"] == "SECRET"
    assert (form["app_id"], form["grant_type"]) == ("4711", "authorization_code")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (of_me["access_token"], fields) == ("Z1", {"fields": "id"})
    assert of_me["appsecret_proof"] == hmac.new(b"SECRET", b"Z1", hashlib.sha256).hexdigest()


@pytest.mark.parametrize("what", ["zalo_token", "zalo"])
def test_a_refusal_of_zalo_opens_nothing(elsewhere, city, what):
    refusal = {"error_name": "Invalid code.", "error_reason": "x", "error": -14003}
    setattr(elsewhere, what, refusal)
    assert through(browser(), elsewhere, "zalo").url == "/sign-in/?elsewhere=failed"


@pytest.mark.parametrize("said", [[], "x", {"access_token": 7}, {"access_token": ""}])
def test_an_answer_that_is_none_opens_nothing(elsewhere, city, said):
    elsewhere.zalo_token = said
    assert through(browser(), elsewhere, "zalo").url == "/sign-in/?elsewhere=failed"


def test_a_provider_that_cannot_be_reached_says_so(settings, city, client):
    settings.OIDC_URL = "oidc://a:b@127.0.0.1:9/realm"
    assert client.get("/sign-in/with/oidc/").url == "/sign-in/?elsewhere=failed"


# The database alone


def test_the_database_alone_refuses_a_second_account_for_one_elsewhere(account_of, city):
    mine, other = account_of("demo-worker"), account_of("demo-senior")
    Link.objects.create(account=mine, way="ZALO", subject="1")

    for account, subject, promise in (
        (other, "1", "security_subject_opens_one_account"),
        (mine, "2", "security_account_linked_once_per_way"),
    ):
        with pytest.raises(IntegrityError, match=promise), transaction.atomic():
            Link.objects.create(account=account, way="ZALO", subject=subject)
        with pytest.raises(LinkTaken):
            services.link(
                account_id=account.pk, known=Known(Way.ZALO, subject), way_name="Zalo",
                at=timezone.now(),
            )  # fmt: skip


def test_linking_again_changes_nothing_and_tells_nothing(account_of, city):
    mine, known = account_of("demo-worker"), Known(Way.ZALO, "1")
    for _ in range(2):
        services.link(account_id=mine.pk, known=known, way_name="Zalo", at=timezone.now())
    assert (len(queries.links(mine.pk)), len(notices.inbox(mine.person_id))) == (1, 1)
