"""Addresses of all pages."""

from django.urls import path

from .pages import (
    about,
    classes,
    desk,
    find,
    home,
    mine,
    operate,
    places,
    reforms,
    security,
    support,
)
from .signin import views as signin
from .signin import ways

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("find/", find.find, name="find"),
    path("categories/<slug:slug>/", find.category, name="category"),
    path("courses/<slug:key>/", find.course, name="course"),
    path("venues/", find.venues, name="venues"),
    path("venues/<slug:key>/", find.venue, name="venue"),
    path("providers/<slug:key>/", find.provider, name="provider"),
    path("classes/<slug:class_key>/", classes.course_class, name="class"),
    path("classes/<slug:class_key>/apply/", classes.apply, name="apply"),
    path("places/<slug:key>/", places.place, name="region"),
    path("place/", home.choose_place, name="choose_place"),
    path("prefer/", home.prefer, name="prefer"),
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("sign-in/second/", security.second_factor, name="second_factor"),
    path("sign-in/with/<slug:way>/", ways.leave, name="leave"),
    path("sign-in/with/<slug:way>/back/", ways.come_back, name="come_back"),
    path("me/", mine.me, name="me"),
    path("me/missing/", security.missing, name="missing"),
    path("me/security/", security.security, name="security"),
    path("me/security/app/", security.app, name="app"),
    path("me/security/app/remove/", security.remove_app, name="remove_app"),
    path("me/security/passkey/", security.passkey, name="passkey"),
    path(
        "me/security/passkeys/<uuid:passkey_id>/remove/",
        security.remove_passkey,
        name="remove_passkey",
    ),
    path("me/security/recovery/", security.recovery, name="recovery"),
    path("me/security/sessions/end/", security.end_other_sessions, name="end_other_sessions"),
    path("me/security/sessions/<uuid:session_id>/end/", security.end_session, name="end_session"),
    path("me/security/link/", ways.link, name="link"),
    path("me/security/links/<uuid:link_id>/remove/", security.unlink, name="unlink"),
    path("me/classes/", mine.my_classes, name="my_classes"),
    path("me/places/<str:receipt>/", classes.receipt, name="receipt"),
    path("me/places/<str:receipt>/withdraw/", classes.withdraw, name="withdraw"),
    path("me/record/", mine.my_record, name="my_record"),
    path("me/messages/", mine.inbox, name="inbox"),
    path("me/messages/<uuid:message_id>/", mine.message, name="message"),
    path("me/profile/", mine.profile, name="profile"),
    path("me/tokens/", mine.issue_token, name="issue_token"),
    path("me/tokens/<uuid:token_id>/revoke/", mine.revoke_token, name="revoke_token"),
    path("desk/", desk.desk, name="desk"),
    path("desk/classes.<str:kind>", desk.desk_export, name="desk_export"),
    path("desk/figures/", desk.desk_figures, name="desk_figures"),
    path("desk/classes/<slug:class_key>/", desk.roster, name="roster"),
    path("desk/classes/<slug:class_key>/cancel/", desk.cancel_class, name="cancel_class"),
    path("desk/classes/<slug:class_key>/print/", desk.roster_print, name="roster_print"),
    path(
        "desk/classes/<slug:class_key>/roster.<str:kind>", desk.roster_export, name="roster_export"
    ),
    path("operate/", operate.operate, name="operate"),
    path("operate/outbox/<uuid:entry_id>/", operate.try_again, name="try_again"),
    path("operate/reforms/", reforms.reforms, name="reforms"),
    path("operate/reforms/draft/", reforms.draft, name="reform_draft"),
    path("operate/reforms/<slug:key>/", reforms.reform, name="reform"),
    path("operate/support/", support.support, name="support"),
    path("operate/support/visit/", support.begin_visit, name="begin_visit"),
    path("operate/support/seen/", support.note_seen, name="note_seen"),
    path("operate/support/not-seen/", support.end_seen, name="end_seen"),
    path("operate/support/lost/", support.forget_factors, name="forget_factors"),
    path("support/end/", support.end_visit, name="end_visit"),
    path("demo/outbox/", operate.demo_outbox, name="demo_outbox"),
    path("help/", about.help_page, name="help"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("privacy/", about.privacy, name="privacy"),
    path("healthz", about.healthz, name="healthz"),
]

# allauth finds these two by their bare names.
sign_in_names = [
    path("sign-in/", signin.sign_in, name="account_request_login_code"),
    path("sign-in/", signin.sign_in, name="account_login"),
    path("sign-in/code/", signin.code, name="account_confirm_login_code"),
]
