"""Addresses of all pages."""

from django.urls import path

from .pages import about, classes, desk, disputes, find, home, households, mandates, mine, operate
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
    path("me/household/", households.my_household, name="my_household"),
    path("me/household/new/", households.found_household, name="found_household"),
    path("me/household/<uuid:household_id>/invite/", households.invite, name="invite"),
    path(
        "me/household/<uuid:household_id>/leave/",
        households.leave_household,
        name="leave_household",
    ),
    path("me/household/<uuid:household_id>/head/", households.hand_over, name="hand_over"),
    path(
        "me/invitations/<uuid:invitation_id>/",
        households.answer_invitation,
        name="answer_invitation",
    ),
    path("me/mandates/", mandates.my_mandates, name="my_mandates"),
    path("me/mandates/new/", mandates.offer_mandate, name="offer_mandate"),
    path("me/mandates/<uuid:mandate_id>/", mandates.answer_mandate, name="answer_mandate"),
    path("me/mandates/<uuid:mandate_id>/act/", mandates.start_acting, name="start_acting"),
    path("me/acting/end/", mandates.stop_acting, name="stop_acting"),
    path("me/acts/", mandates.acts, name="acts"),
    path("me/acts/<uuid:act_id>/dispute/", mandates.dispute, name="dispute"),
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
    path("operate/disputes/", disputes.disputes, name="disputes"),
    path("operate/disputes/<uuid:dispute_id>/", disputes.decide, name="decide"),
    path("operate/mandates/new/", disputes.register_mandate, name="register_mandate"),
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
