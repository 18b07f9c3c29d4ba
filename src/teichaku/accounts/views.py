"""Signing in and out, on Django's own machinery."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView

from teichaku.accounts.access import open_to_all
from teichaku.accounts.forms import LogInForm


class LogInView(LoginView):
    """Asks for e-mail and password; someone already signed in goes on to the start page."""

    authentication_form = LogInForm
    template_name = "accounts/log_in.html"
    redirect_authenticated_user = True


class LogOutView(LogoutView):
    """Signs out on POST."""


log_in = open_to_all(LogInView.as_view())
log_out = open_to_all(LogOutView.as_view())
