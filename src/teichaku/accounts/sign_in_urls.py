"""Addresses of signing in, under the names by which the sign-in library finds them."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as company
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path, re_path
from django.views.decorators.http import require_POST

from teichaku.accounts import sign_in_views
from teichaku.accounts.access import open_to_all, signed_in

log_in = open_to_all(sign_in_views.may_post_to_company_accounts(account.login))
log_out = open_to_all(require_POST(account.logout))

urlpatterns = [
    path("log-in/", log_in, name="account_login"),
    path("log-out/", log_out, name="account_logout"),
    path("closed/", open_to_all(account.account_inactive), name="account_inactive"),
    path("confirm/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    # The password
    path("password/", signed_in(account.password_change), name="account_change_password"),
    path("password/first/", signed_in(account.password_set), name="account_set_password"),
    path("forgotten/", open_to_all(account.password_reset), name="account_reset_password"),
    path(
        "forgotten/sent/",
        open_to_all(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        open_to_all(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "forgotten/done/",
        open_to_all(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # The second step
    path("second-step/", open_to_all(second_step.authenticate), name="mfa_authenticate"),
    path("second-step/confirm/", signed_in(second_step.reauthenticate), name="mfa_reauthenticate"),
    path("security/", sign_in_views.security, name="mfa_index"),
    path("security/app/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("security/app/off/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "security/codes/new/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    # Passkeys
    path("passkey/", open_to_all(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path(
        "passkey/confirm/",
        signed_in(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("security/passkeys/", sign_in_views.security, name="mfa_list_webauthn"),
    path("security/passkeys/add/", signed_in(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "security/passkeys/<int:pk>/remove/",
        signed_in(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    # Company accounts
    path(
        "company/cancelled/",
        open_to_all(company.login_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path("company/error/", open_to_all(company.login_error), name="socialaccount_login_error"),
    path("company/<slug:provider_id>/", open_to_all(oidc.login), name="openid_connect_login"),
    path(
        "company/<slug:provider_id>/back/",
        open_to_all(oidc.callback),
        name="openid_connect_callback",
    ),
]
