"""The forms of signing in; each keeps what was typed and says errors above its field."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as library
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.accounts.sign_in import session_length_apply
from teichaku.core.forms import plain_widgets


class LogInForm(library.LoginForm):  # type: ignore[misc] # the library has no types
    """E-mail and password; a wrong pair never tells which of the two was wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs.update(autocomplete="username", autofocus=True)
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Stay signed in on this device for 30 days")
        plain_widgets(self)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """On into the site, or to the second step."""
        response: HttpResponse = super().login(request, redirect_url)
        session_length_apply(request)  # the library knows only "as long as usual" or "until closed"
        return response


class ForgottenPasswordForm(library.ResetPasswordForm):  # type: ignore[misc] # no types
    """Who wants a link to a new password; whoever may not sign in gets none and is not told."""

    def clean_email(self) -> str:
        """The address as typed."""
        email: str = super().clean_email()
        found: list[User] = self.users
        self.users: list[User] = [user for user in found if user.can_sign_in]
        return email


class NewPasswordForm(library.ResetPasswordKeyForm):  # type: ignore[misc] # no types
    """A new password in place of a forgotten one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password_fields(self)


class ChangePasswordForm(library.ChangePasswordForm):  # type: ignore[misc] # no types
    """A new password by someone who knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""
        _password_fields(self)


class FirstPasswordForm(library.SetPasswordForm):  # type: ignore[misc] # no types
    """A password for someone who has signed in without one so far."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _password_fields(self)


class InvitationForm(forms.Form):
    """The first sign-in: how the name is read, and a password unless a passkey shall do."""

    kana = forms.CharField(label=_("Reading of your name"), max_length=200, required=False)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        required=False,
        help_text=_(
            "At least 8 characters. Several words that do not belong together are easy to keep in"
            " mind."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"kana": user.kana}
        super().__init__(*args, **kwargs)
        self._user = user
        plain_widgets(self)

    def clean_password(self) -> str:
        """The password, or "" for someone who goes on with a passkey."""
        if "passkey" in self.data:
            return ""
        password: str = self.cleaned_data["password"]
        if not password:
            raise forms.ValidationError(_("Enter a password, or go on with a passkey below."))
        validate_password(password, self._user)
        return password


def _password_fields(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = _(
        "At least 8 characters. Several words that do not belong together are easy to keep in mind."
    )
    form.fields["password2"].label = _("New password once more")
    plain_widgets(form)
