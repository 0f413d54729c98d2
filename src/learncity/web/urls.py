"""Addresses of all pages."""

from django.urls import path

from .pages import about, classes, desk, find, home, mine, operate, privacy, requests
from .signin import views as signin

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
    path("place/", home.choose_place, name="choose_place"),
    path("prefer/", home.prefer, name="prefer"),
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("me/", mine.me, name="me"),
    path("me/classes/", mine.my_classes, name="my_classes"),
    path("me/places/<str:receipt>/", classes.receipt, name="receipt"),
    path("me/places/<str:receipt>/withdraw/", classes.withdraw, name="withdraw"),
    path("me/record/", mine.my_record, name="my_record"),
    path("me/messages/", mine.inbox, name="inbox"),
    path("me/messages/<uuid:message_id>/", mine.message, name="message"),
    path("me/profile/", mine.profile, name="profile"),
    path("me/tokens/", mine.issue_token, name="issue_token"),
    path("me/tokens/<uuid:token_id>/revoke/", mine.revoke_token, name="revoke_token"),
    path("me/privacy/", privacy.my_privacy, name="my_privacy"),
    path("me/privacy/consents/<slug:key>/", privacy.decide, name="decide_consent"),
    path("me/privacy/copies/", privacy.want_copy, name="want_copy"),
    path("me/privacy/copies/<uuid:copy_id>.<str:kind>", privacy.my_copy, name="my_copy"),
    path("me/privacy/ask/", privacy.ask, name="ask_request"),
    path("me/privacy/erase/", privacy.erase_me, name="erase_me"),
    path("me/privacy/requests/<str:number>/take-back/", privacy.take_back, name="take_back"),
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
    path("operate/requests/", requests.worklist, name="requests"),
    path("operate/requests.<str:kind>", requests.export, name="requests_export"),
    path("operate/requests/<str:number>/", requests.request_case, name="request_case"),
    path("operate/retention/", requests.retention, name="retention"),
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
