"""One's own security: second factors, sessions, linked sign-ins, who looked; what is missing."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.households.access import even_acting
from learncity.apps.people import queries as people
from learncity.apps.people.access import account, assurance_of
from learncity.apps.people.types import Assurance
from learncity.apps.roles.access import actor_of
from learncity.apps.security import queries, services
from learncity.apps.security.access import HAS, SHOWN, confirmed, is_required
from learncity.apps.security.types import PasskeyRefused, Way, WrongFactor
from learncity.kernel import formats
from learncity.kernel.access import everyone, only, signed_in
from learncity.kernel.errors import DomainError
from learncity.web.reader import reader_of
from learncity.web.signin.limits import may_show_factor
from learncity.web.signin.targets import safe_next
from learncity.web.signin.ways import offered

WAYS = {
    Way.OIDC: gettext_lazy("City account"),
    Way.WECHAT: gettext_lazy("WeChat"),
    Way.ZALO: gettext_lazy("Zalo"),
}
TOO_MANY = gettext_lazy("Too many tries. Wait a minute, or call us and we help you.")
# What the session keeps while a factor is set up or asked for, and how long.
_SECRET, _ASKED = "app_secret", "passkey_asked"
_LASTS = 15 * 60


def _moment(at: datetime) -> str:
    return f"{formats.day(at)} {formats.clock(at)}"


@signed_in
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """Everything that opens one's account, and who of support looked."""
    mine, at = account(request), timezone.now()
    visits = queries.visits_to(mine.person_id)
    names = people.persons({visit.operator_id for visit in visits})
    linked = queries.links(mine.pk)
    has = {link.way for link in linked}
    factors = queries.factors(mine.pk)
    return render(
        request,
        "web/security.html",
        {
            "factors": factors,
            "is_required": is_required(actor_of(request)),
            "needed": "needed" in request.GET and not factors.is_set_up,
            "next": safe_next(request),
            "passkeys_possible": queries.passkeys_are_possible(),
            "sessions": queries.sessions(mine.pk, this=request.session.session_key, at=at),
            "links": [{"id": link.id, "name": WAYS[link.way]} for link in linked],
            "ways": [w for w in offered(request, reverse("web:security")) if w["way"] not in has],
            "failed": "elsewhere" in request.GET,
            "kept": "kept" in request.GET,
            "visits": [
                {
                    "when": _moment(visit.began_at),
                    "who": names[visit.operator_id].name or _("the city office"),
                    "reason": visit.reason,
                }
                for visit in visits
            ],
        },
    )


class FactorForm(forms.Form):
    """One field: a code of the app, or a recovery code."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)


def _refused(form: forms.Form, error: DomainError) -> None:
    form.add_error("code", str(error.says))


def _shown(request: HttpRequest) -> None:
    """A second factor was shown in this session; its key is changed, as after signing in."""
    request.session[HAS] = True
    request.session[SHOWN] = timezone.now().timestamp()
    request.session.cycle_key()


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Shown this once. Or, when there are none, on to where one was going."""
    target = safe_next(request, reverse("web:security"))
    if not codes:
        return redirect(target)
    response = render(request, "web/recovery_codes.html", {"codes": codes, "next": target})
    response.headers["Cache-Control"] = "no-store"
    return response


@signed_in
@confirmed
@never_cache
def app(request: HttpRequest) -> HttpResponse:
    """Let an app show codes: its secret, and the first code."""
    mine, kept = account(request), request.session.get(_SECRET)
    if kept and timezone.now().timestamp() - kept["at"] > _LASTS:
        kept = None
    if kept is None:
        secret = queries.new_secret()
        sealed = b64encode(services.seal_secret(secret)).decode()
        request.session[_SECRET] = {"sealed": sealed, "at": timezone.now().timestamp()}
    else:
        secret = services.unseal_secret(b64decode(kept["sealed"]))
    form = FactorForm(request.POST or None)
    if request.method == "POST" and kept and form.is_valid():
        try:
            if not may_show_factor(request):
                raise forms.ValidationError(TOO_MANY)
            codes = services.add_app(
                account_id=mine.pk,
                secret=secret,
                code=form.cleaned_data["code"],
                this=request.session.session_key,
                at=timezone.now(),
            )
        except WrongFactor as wrong:
            _refused(form, wrong)
        except forms.ValidationError as many:
            form.add_error("code", many)
        else:
            del request.session[_SECRET]
            _shown(request)
            return _recovery_codes(request, codes)
    city = f"Learncity {reader_of(request).city_name}".strip()
    address = queries.app_address(secret, city=city, name=mine.person.name or str(mine.pk)[:8])
    typed = queries.as_typed(secret)
    seen = {
        "form": form,
        "next": safe_next(request),
        "address": address,
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, light="#fff"),
        "typed": " ".join(typed[n : n + 4] for n in range(0, len(typed), 4)),
    }
    return render(request, "web/factor_app.html", seen, status=422 if form.errors else 200)


@signed_in
@confirmed
@require_POST
def remove_app(request: HttpRequest) -> HttpResponse:
    """Let the app open nothing more."""
    return _removed(
        lambda: services.remove_app(
            account_id=account(request).pk, must_keep_one=is_required(actor_of(request))
        )
    )


@signed_in
@confirmed
@require_POST
def remove_passkey(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """Let one of one's own passkeys open nothing more."""
    return _removed(
        lambda: services.remove_passkey(
            account_id=account(request).pk,
            passkey_id=passkey_id,
            must_keep_one=is_required(actor_of(request)),
        )
    )


def _removed(remove: Any) -> HttpResponse:
    try:
        remove()
    except DomainError:
        return redirect(reverse("web:security") + "?kept=1")
    return redirect("web:security")


@signed_in
@confirmed
@require_POST
def recovery(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes."""
    codes = services.renew_recovery_codes(account_id=account(request).pk)
    return _recovery_codes(request, codes)


class PasskeyForm(forms.Form):
    """What the browser answered, put in by the script, and a name for it."""

    label = forms.CharField(
        label=gettext_lazy("Name of this device"),
        help_text=gettext_lazy("Such as “key on my ring”, so that you know it among others."),
        max_length=60,
        required=False,
    )
    answer = forms.JSONField(widget=forms.HiddenInput, required=False)

    def clean_answer(self) -> dict[str, Any]:
        """An object, whatever is in it."""
        found = self.cleaned_data["answer"]
        return found if isinstance(found, dict) else {}


def _ask(request: HttpRequest, asked: Any) -> str:
    """The question to the browser; what its answer is compared with stays in the session."""
    request.session[_ASKED] = {"state": asked.state, "at": timezone.now().timestamp()}
    return json.dumps(asked.options)


def _state(request: HttpRequest) -> dict[str, Any]:
    """What was asked lately; each question is answered once.

    Raises:
        PasskeyRefused: nothing was.
    """
    kept = request.session.pop(_ASKED, None)
    if kept is None or timezone.now().timestamp() - kept["at"] > _LASTS:
        raise PasskeyRefused
    state: dict[str, Any] = kept["state"]
    return state


@signed_in
@confirmed
@never_cache
def passkey(request: HttpRequest) -> HttpResponse:
    """Have the browser make a passkey; needs the script."""
    mine = account(request)
    if not queries.passkeys_are_possible():
        return redirect("web:app")
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = services.add_passkey(
                account_id=mine.pk,
                state=_state(request),
                answer=form.cleaned_data["answer"],
                label=form.cleaned_data["label"],
                this=request.session.session_key,
                at=timezone.now(),
            )
        except PasskeyRefused as refused:
            form.add_error("label", str(refused.says))
        else:
            _shown(request)
            return _recovery_codes(request, codes)
    label = mine.person.name or str(mine.pk)[:8]
    asked = services.ask_new_passkey(account_id=mine.pk, label=label)
    seen = {"form": form, "options": _ask(request, asked), "next": safe_next(request)}
    return render(request, "web/factor_passkey.html", seen, status=422 if form.errors else 200)


@only(even_acting)
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show a second factor, on the way to a desk."""
    mine, target = account(request), safe_next(request, reverse("web:me"))
    factors = queries.factors(mine.pk)
    if not factors.is_set_up:
        return redirect(f"{reverse('web:security')}?{urlencode({'needed': '1', 'next': target})}")
    form = FactorForm(request.POST or None)
    by_passkey = bool(request.POST.get("answer"))
    if request.method == "POST" and (by_passkey or form.is_valid()):
        wrong = _try(request, form, by_passkey=by_passkey)
        if wrong is None:
            _shown(request)
            return redirect(target)
        form = FactorForm(request.POST, empty_permitted=False)
        form.full_clean()
        form.errors["code"] = form.error_class([str(wrong)])
    asked = services.ask_passkey(account_id=mine.pk) if factors.passkeys else None
    seen = {
        "form": form,
        "next": target,
        "factors": factors,
        "options": _ask(request, asked) if asked and queries.passkeys_are_possible() else "",
    }
    return render(request, "web/second_factor.html", seen, status=422 if form.errors else 200)


def _try(request: HttpRequest, form: FactorForm, *, by_passkey: bool) -> Any:
    """What is wrong with what was shown, or ``None``; a try is counted before it is compared."""
    if not may_show_factor(request):
        return TOO_MANY
    mine, at = account(request), timezone.now()
    try:
        if by_passkey:
            answer = PasskeyForm(request.POST)
            said = answer.cleaned_data.get("answer", {}) if answer.is_valid() else {}
            services.use_passkey(account_id=mine.pk, state=_state(request), answer=said, at=at)
        else:
            services.use_code(account_id=mine.pk, code=form.cleaned_data["code"], at=at)
    except DomainError as refused:
        return refused.says
    return None


@signed_in
@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign one of one's own browsers out."""
    services.end_session(account_id=account(request).pk, session_id=session_id)
    return redirect("web:security")


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    this = request.session.session_key
    services.end_other_sessions(account_id=account(request).pk, this=this)
    return redirect("web:security")


@signed_in
@confirmed
@require_POST
def unlink(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Let a sign-in elsewhere open nothing more."""
    services.unlink(account_id=account(request).pk, link_id=link_id)
    return redirect("web:security")


@everyone
@never_cache
def missing(request: HttpRequest) -> HttpResponse:
    """What an action still asks for, how to get it, and that the office always can."""
    wanted = Assurance.__members__.get(request.GET.get("for", ""), Assurance.ADDRESS)
    have = assurance_of(request, Assurance.IN_PERSON)
    steps = [
        {"level": level, "name": name, "how": how, "done": have >= level}
        for level, name, how in _STEPS
        if level <= wanted
    ]
    return render(
        request,
        "web/missing.html",
        {
            "steps": steps,
            "wanted": wanted,
            "enough": have >= wanted,
            "next": safe_next(request),
            "is_demo": settings.DEMO,
        },
    )


_STEPS = (
    (
        Assurance.ADDRESS,
        gettext_lazy("A phone number or e-mail address that is yours"),
        gettext_lazy("Sign in: we send a code to it."),
    ),
    (
        Assurance.IDENTITY,
        gettext_lazy("Who you are, checked"),
        gettext_lazy("Show a document at a desk. It is needed once, where money is paid."),
    ),
    (
        Assurance.IN_PERSON,
        gettext_lazy("Seen at a desk"),
        gettext_lazy("Come once with a document. Its number is not noted."),
    ),
)
