"""Every change to security: one function, one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind, NewMessage
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.types import Addresses, Document
from learncity.apps.record import services as record
from learncity.apps.record.types import NewFact
from learncity.apps.roles import queries as roles
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7

from . import facts, passkeys
from .models import (
    AuthenticatorApp,
    BrowserSession,
    Link,
    Passkey,
    RecoveryCode,
    SupportVisit,
    UsedStep,
)
from .queries import APP, has_factor
from .rules import digest_of, matching_step, new_recovery_codes, new_secret, typed
from .sealing import seal, unseal
from .types import (
    LONGEST_VISIT,
    FactorNeeded,
    Known,
    LinkTaken,
    NobodyThere,
    NoReason,
    NotToVisit,
    PasskeyAsked,
    PasskeyRefused,
    Visit,
    VisitRunning,
    WrongFactor,
)


def _tell(
    person_id: UUID, kind: Kind, values: Mapping[str, Any], *, key: UUID, at: datetime
) -> None:
    language = people.persons([person_id])[person_id].language
    notices.tell([NewMessage(person_id, language, kind, str(key), values, at, "/me/security/")])


# Sessions


def end_session(*, account_id: UUID, session_id: UUID) -> bool:
    """Sign one of an account's own browsers out; whether there was one."""
    mine = BrowserSession.objects.filter(account_id=account_id, id=session_id)
    return bool(mine.delete()[0])


def end_other_sessions(*, account_id: UUID, this: str | None) -> int:
    """Sign an account out everywhere but here; in how many browsers."""
    mine = BrowserSession.objects.filter(account_id=account_id).exclude(session_key=this)
    return mine.delete()[0]


def forget_ended(*, before: datetime) -> int:
    """Delete sessions that were over by then, and codes of apps used before; how many rows."""
    sessions = BrowserSession.objects.filter(expire_date__lt=before).delete()[0]
    steps = UsedStep.objects.filter(step__lt=int(before.timestamp()) // 30).delete()[0]
    return sessions + steps


# Second factors


@transaction.atomic
def add_app(
    *, account_id: UUID, secret: bytes, code: str, this: str | None, at: datetime
) -> list[str]:
    """Let an app show codes for the account, once it has shown one; the new recovery codes.

    An app that was there before no longer works; nor do sessions elsewhere.

    Raises:
        WrongFactor: the code is not the app's.
    """
    locks.hold("security.factors", account_id)
    step = matching_step(secret, typed(code), at)
    if step is None:
        raise WrongFactor
    AuthenticatorApp.objects.filter(account_id=account_id).delete()
    app = AuthenticatorApp.objects.create(account_id=account_id, sealed=seal(APP, secret))
    # The code that set it up opens nothing more.
    UsedStep.objects.create(app=app, step=step)
    _added(account_id, app.id, this=this, at=at)
    return _new_recovery_codes(account_id)


@transaction.atomic
def add_passkey(
    *,
    account_id: UUID,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    label: str,
    this: str | None,
    at: datetime,
) -> list[str]:
    """Keep a new passkey; the new recovery codes, when there were none.

    Raises:
        PasskeyRefused: the browser's answer is not true, or the passkey is known already.
    """
    locks.hold("security.factors", account_id)
    data, signed = passkeys.read_new(state, answer)
    key = Passkey(
        account_id=account_id,
        label="".join(c for c in label if c.isprintable()).strip()[:60] or "Passkey",
        credential_id=data.credential_id,
        credential=bytes(data),
        signed=signed,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise PasskeyRefused from error
    _added(account_id, key.id, this=this, at=at)
    has_codes = RecoveryCode.objects.filter(account_id=account_id, used_at=None).exists()
    return [] if has_codes else _new_recovery_codes(account_id)


def _added(account_id: UUID, factor_id: UUID, *, this: str | None, at: datetime) -> None:
    end_other_sessions(account_id=account_id, this=this)
    account = people.account_of_id(account_id)
    assert account is not None
    _tell(account.person_id, facts.TELL_FACTOR, {}, key=factor_id, at=at)


@transaction.atomic
def renew_recovery_codes(*, account_id: UUID) -> list[str]:
    """Ten new recovery codes; those before no longer work."""
    locks.hold("security.factors", account_id)
    return _new_recovery_codes(account_id)


def _new_recovery_codes(account_id: UUID) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(account_id=account_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account_id=account_id, digest=digest_of(code)) for code in codes
    )
    return codes


@transaction.atomic
def remove_app(*, account_id: UUID, must_keep_one: bool) -> None:
    """Let the app open nothing more.

    Raises:
        FactorNeeded: it is the last one of somebody who must have one.
    """
    locks.hold("security.factors", account_id)
    AuthenticatorApp.objects.filter(account_id=account_id).delete()
    _keep_one(account_id, must_keep_one)


@transaction.atomic
def remove_passkey(*, account_id: UUID, passkey_id: UUID, must_keep_one: bool) -> None:
    """Let a passkey of one's own open nothing more.

    Raises:
        FactorNeeded: it is the last one of somebody who must have one.
    """
    locks.hold("security.factors", account_id)
    Passkey.objects.filter(account_id=account_id, pk=passkey_id).delete()
    _keep_one(account_id, must_keep_one)


def _keep_one(account_id: UUID, must_keep_one: bool) -> None:
    if has_factor(account_id):
        return
    if must_keep_one:
        raise FactorNeeded
    RecoveryCode.objects.filter(account_id=account_id).delete()


@transaction.atomic
def forget_factors(*, address: Addresses, by: By, at: datetime) -> None:
    """Take all second factors from whoever signs in with the address; they set up anew.

    For somebody who lost them and whom the office knows. The person is told, and signed out.

    Raises:
        NobodyThere: nobody signs in with this address.
        NotToVisit: the operator themselves; a colleague, or the command line, does it for them.
    """
    account = people.account_at(address)
    if account is None:
        raise NobodyThere
    if account.person_id == by.person_id:
        raise NotToVisit
    locks.hold("security.factors", account.pk)
    AuthenticatorApp.objects.filter(account_id=account.pk).delete()
    Passkey.objects.filter(account_id=account.pk).delete()
    RecoveryCode.objects.filter(account_id=account.pk).delete()
    end_other_sessions(account_id=account.pk, this=None)
    audit.note("security.factors_forgotten", f"person {account.person_id}", by=by)
    _tell(account.person_id, facts.TELL_FORGOTTEN, {}, key=uuid7(), at=at)


def seal_secret(secret: bytes) -> bytes:
    """A secret of an app as it is kept, also before it is set up."""
    return seal(APP, secret)


def unseal_secret(sealed: bytes) -> bytes:
    """The secret again; a new one when the key of the installation changed meanwhile."""
    return unseal(APP, sealed) or new_secret()


@transaction.atomic
def use_code(*, account_id: UUID, code: str, at: datetime) -> None:
    """Take a code of the app, or a recovery code; each works once.

    Raises:
        WrongFactor: it is none of the account's, or was used before.
    """
    plain = typed(code)
    app = AuthenticatorApp.objects.filter(account_id=account_id).first()
    secret = unseal(APP, bytes(app.sealed)) if app else None
    step = matching_step(secret, plain, at) if secret else None
    if app and step is not None:
        _use_step(app, step)
        return
    # Of two at once, the second finds it used: the update waits for the row.
    codes = RecoveryCode.objects.filter(account_id=account_id, digest=digest_of(plain))
    if not codes.filter(used_at=None).update(used_at=at):
        raise WrongFactor


def _use_step(app: AuthenticatorApp, step: int) -> None:
    try:
        with transaction.atomic():
            UsedStep.objects.create(app=app, step=step)
    except IntegrityError as error:  # security_code_used_once
        raise WrongFactor from error


def ask_new_passkey(*, account_id: UUID, label: str) -> PasskeyAsked:
    """What to ask of the browser for a new passkey."""
    return passkeys.ask_new(
        account_id=account_id, label=label, credentials=_credentials(account_id)
    )


def ask_passkey(*, account_id: UUID) -> PasskeyAsked | None:
    """What to ask of the browser, or ``None`` when the account has no passkey."""
    credentials = _credentials(account_id)
    return passkeys.ask(credentials) if credentials else None


def _credentials(account_id: UUID) -> list[bytes]:
    rows = Passkey.objects.filter(account_id=account_id).order_by("id")
    return [bytes(data) for data in rows.values_list("credential", flat=True)]


@transaction.atomic
def use_passkey(
    *, account_id: UUID, state: Mapping[str, Any], answer: Mapping[str, Any], at: datetime
) -> None:
    """Take what a passkey signed.

    Raises:
        PasskeyRefused: it is none of the account's, not true, or its counter ran backwards, as
            that of a copy does.
    """
    credential_id, signed = passkeys.read(state, _credentials(account_id), answer)
    key = Passkey.objects.select_for_update(no_key=True).get(
        account_id=account_id, credential_id=credential_id
    )
    if (signed or key.signed) and signed <= key.signed:
        raise PasskeyRefused
    key.signed, key.used_at = signed, at
    key.save(update_fields=["signed", "used_at"])


# Signing in elsewhere


@transaction.atomic
def link(*, account_id: UUID, known: Known, way_name: str, at: datetime) -> None:
    """Let somebody's account elsewhere open theirs here; again, it changes nothing.

    The caller has seen them sign in at both, in one browser, and say yes.

    Raises:
        LinkTaken: it opens another account, or another one elsewhere opens this.
    """
    try:
        with transaction.atomic():
            made, is_new = Link.objects.get_or_create(
                account_id=account_id, way=known.way, subject=known.subject
            )
    except IntegrityError as error:
        raise LinkTaken from error
    account = people.account_of_id(account_id)
    if is_new and account:
        _tell(account.person_id, facts.TELL_LINKED, {"way": way_name}, key=made.id, at=at)


def unlink(*, account_id: UUID, link_id: UUID) -> bool:
    """Let it open nothing more; whether there was such a link of their own."""
    return bool(Link.objects.filter(account_id=account_id, pk=link_id).delete()[0])


# Support looks as somebody


@transaction.atomic
def begin_visit(*, address: Addresses, reason: str, by: By, at: datetime) -> Visit:
    """Let an operator look at the site as the person of an address; the person is told.

    Raises:
        NobodyThere: nobody signs in with it.
        NoReason: the reason is empty.
        NotToVisit: they are an operator, or oneself.
        VisitRunning: one is running already.
    """
    assert by.person_id is not None
    reason = " ".join(reason.split())[:300]
    if len(reason) < 2:
        raise NoReason
    account = people.account_at(address)
    if account is None:
        raise NobodyThere
    if account.person_id == by.person_id or roles.actor(account.person_id).has_office:
        raise NotToVisit
    locks.hold("security.SupportVisit", by.person_id)
    mine = SupportVisit.objects.filter(operator_id=by.person_id, ended_at=None)
    for late in mine.filter(ends_at__lte=at):
        _end(late.as_value(), by=by, at=late.ends_at)
    if mine.exists():
        raise VisitRunning
    visit = SupportVisit.objects.create(
        operator_id=by.person_id,
        person_id=account.person_id,
        reason=reason,
        began_at=at,
        ends_at=at + LONGEST_VISIT,
    ).as_value()
    audit.note("security.visit_began", f"person {visit.person_id}", by=by, visit=str(visit.id))
    name = people.persons([by.person_id])[by.person_id].name
    values = {"operator": name, "reason": reason}
    _tell(visit.person_id, facts.TELL_VISIT, values, key=visit.id, at=at)
    return visit


@transaction.atomic
def end_visit(*, visit: Visit, by: By, at: datetime) -> None:
    """End a visit, at the latest when its time was over; again, it changes nothing."""
    locks.hold("security.SupportVisit", visit.operator_id)
    _end(visit, by=by, at=min(at, visit.ends_at))


def _end(visit: Visit, *, by: By, at: datetime) -> None:
    if SupportVisit.objects.filter(pk=visit.id, ended_at=None).update(ended_at=at):
        audit.note("security.visit_ended", f"person {visit.person_id}", by=by, visit=str(visit.id))


def note_page(*, visit: Visit, page: str, by: By) -> None:
    """Write into the trail that a page was seen during a visit.

    Args:
        page: the route of its address, without what stands in it.
    """
    audit.note(
        "security.page_seen", f"person {visit.person_id}", by=by, visit=str(visit.id), page=page
    )


# Seen at a desk


@transaction.atomic
def note_seen(*, address: Addresses, document: Document, by: By, at: datetime) -> UUID:
    """Note that staff saw a person with a document; their id. Again, it changes nothing.

    Raises:
        NobodyThere: nobody signs in with this address.
        NotSeenByOneself: they are the one who notes it.
    """
    assert by.person_id is not None
    account = people.account_at(address)
    if account is None:
        raise NobodyThere
    seen, is_new = people_services.note_seen(
        person_id=account.person_id, document=document, by_id=by.person_id, at=at
    )
    if is_new:
        _record(account.person_id, facts.SEEN_IN_PERSON, {"document": seen.document}, by=by, at=at)
        audit.note("security.seen_in_person", f"person {account.person_id}", by=by)
    return account.person_id


@transaction.atomic
def end_seen(*, address: Addresses, by: By, at: datetime) -> bool:
    """Take such a note back, because it was a mistake; whether there was one.

    Raises:
        NobodyThere: nobody signs in with this address.
    """
    account = people.account_at(address)
    if account is None:
        raise NobodyThere
    if not people_services.end_seen(person_id=account.person_id, at=at):
        return False
    _record(account.person_id, facts.SEEN_ENDED, {}, by=by, at=at)
    audit.note("security.seen_in_person_ended", f"person {account.person_id}", by=by)
    return True


def _record(
    person_id: UUID, kind: Any, evidence: Mapping[str, str], *, by: By, at: datetime
) -> None:
    home_id = people.persons([person_id])[person_id].home_id
    subject = (facts.SUBJECT, person_id)
    record.append([NewFact(person_id, kind, at, by, None, home_id, subject, evidence=evidence)])
