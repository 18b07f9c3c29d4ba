"""The log-in form."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LogInForm(AuthenticationForm):
    """E-mail and password; a wrong pair never tells which of the two was wrong."""

    username = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )

    def get_invalid_login_error(self) -> forms.ValidationError:
        """The one error for every pair that lets nobody in."""
        return forms.ValidationError(
            _(
                "You are not signed in: no account that may sign in has this e-mail address and"
                " password. Check both for typing errors, or ask an administrator for a new"
                " password."
            ),
            code="invalid_login",
        )
