"""Every address: pages, API, style page."""

from django.urls import include, path

from learncity.web.urls import sign_in_names

urlpatterns = [
    path("api/", include("learncity.rest.urls")),
    path("", include("learncity.web.urls")),
    *sign_in_names,
    path("", include("learncity.ui.urls")),
]

handler400 = "learncity.web.errors.bad_request"
handler403 = "learncity.web.errors.forbidden"
handler404 = "learncity.web.errors.not_found"
handler500 = "learncity.web.errors.server_error"
