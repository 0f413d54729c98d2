"""Addresses of all pages."""

from django.urls import path

from .pages import (
    about,
    agreements,
    assertions,
    classes,
    desk,
    find,
    home,
    mine,
    operate,
    partners,
    verify,
    vouching,
)
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
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:code>/", verify.verify, name="verify_code"),
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
    path("me/assertions/", assertions.my_assertions, name="my_assertions"),
    path("me/assertions/new/", assertions.state, name="state"),
    path("me/assertions/<uuid:assertion_id>/", assertions.object_to, name="object_to"),
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
    path("desk/agreements/", agreements.agreements, name="agreements"),
    path("desk/agreements/<slug:key>/", agreements.agreement, name="agreement"),
    path("desk/agreements/<slug:key>/<slug:name>/", agreements.agreement_act, name="agreement_act"),
    path("desk/organizations/<slug:key>/", vouching.my_organization, name="my_organization"),
    path("desk/organizations/<slug:key>/assertions/", vouching.assertions, name="assertions"),
    path("desk/organizations/<slug:key>/assertions/new/", vouching.vouch, name="vouch"),
    path(
        "desk/organizations/<slug:key>/assertions/<uuid:assertion_id>/",
        vouching.assertion,
        name="assertion",
    ),
    path(
        "desk/organizations/<slug:key>/assertions/<uuid:assertion_id>/<slug:name>/",
        vouching.assertion_act,
        name="assertion_act",
    ),
    path("operate/organizations/", partners.register, name="register"),
    path("operate/organizations.<str:kind>", partners.register_export, name="register_export"),
    path("operate/coverage/", partners.coverage, name="coverage"),
    path("operate/new-organization/", partners.new_partner, name="new_partner"),
    path("operate/new-agreement/", agreements.new_agreement, name="new_agreement"),
    path("operate/organizations/<slug:key>/", partners.partner, name="partner"),
    path("operate/organizations/<slug:key>/<slug:name>/", partners.partner_act, name="partner_act"),
    path("operate/committees/<slug:key>/", partners.committee, name="committee"),
    path(
        "operate/committees/<slug:key>/<slug:name>/",
        partners.committee_act,
        name="committee_act",
    ),
    path("operate/", operate.operate, name="operate"),
    path("operate/outbox/<uuid:entry_id>/", operate.try_again, name="try_again"),
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
