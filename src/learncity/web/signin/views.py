"""Signing in by a code, and out. The codes themselves are allauth's."""

from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.households.access import even_acting
from learncity.kernel.access import everyone, only

from .forms import AddressForm, AnotherCodeForm, CodeForm
from .limits import may_try
from .targets import safe_next
from .visits import end_visit_of
from .ways import offered, pending_name


@everyone
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address; send a code to it, whoever it belongs to."""
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target or "web:me")
    query = f"?{urlencode({'next': target})}" if target else ""
    code_page = reverse("account_confirm_login_code") + query
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        where = form.cleaned_data["address"]
        account = form.account()
        # To the address the account has, never to the one that was typed: if ever the two were
        # taken for the same and are not, the code still reaches its owner.
        LoginCodeVerificationProcess.initiate(
            request=request,
            user=account,
            email=account.email if where.email else None,
            phone=account.phone if where.phone else None,
        )
        return redirect(code_page)
    status = 422 if form.is_bound else 200
    waiting = code_page if form.is_bound and waits_for_code(request) else ""
    seen = {
        "form": form,
        "next": target,
        "waiting": waiting,
        "ways": offered(request, target),
        "pending": pending_name(request),
        "failed": "elsewhere" in request.GET,
    }
    return render(request, "web/sign_in.html", seen, status=status)


def waits_for_code(request: HttpRequest) -> bool:
    """Whether this browser was sent a code that may still work."""
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    return stage is not None and LoginCodeVerificationProcess.resume(stage) is not None


@method_decorator(everyone, name="dispatch")
class CodeView(ConfirmLoginCodeView):
    """Take the code, or send another one; the sixth wrong one starts anew."""

    template_name = "web/sign_in_code.html"
    form_class = CodeForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Compare a code only when a try is left, however many are sent at once."""
        if self._action == "verify" and not may_try(request, self._process.state):
            self._process.abort()
            return redirect("web:sign_in")
        return super().post(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        """The form of the button that was pressed."""
        return AnotherCodeForm if self._action == "resend" else CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Another code goes to the address of the first."""
        found = super().get_form_kwargs()
        return {**found, "address": self._address} if self._action == "resend" else found

    def form_invalid(self, form: Any) -> HttpResponse:
        """A code too many is no wrong code: the one that was sent still works."""
        if self._action == "resend":
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_invalid(form)

    @property
    def _address(self) -> str:
        # As anybody may write it: how the account writes it tells that it is known.
        state = self._process.state
        return (state.get("phone") or state["email"]).lower()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form of the code, the address it went to, and where to go afterwards."""
        found = super().get_context_data(**kwargs)
        return {
            **found,
            "verify_form": CodeForm() if self._action == "resend" else found["form"],
            "address": self._address,
            "next": safe_next(self.request),
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """A wrong code is answered as such to programs too."""
        if context["form"].errors:
            kwargs.setdefault("status", 422)
        return super().render_to_response(context, **kwargs)


code = CodeView.as_view()
code.access = CodeView.dispatch.access


@only(even_acting)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and a visit with it."""
    end_visit_of(request)
    logout(request)
    return HttpResponseRedirect(reverse("web:home"))
