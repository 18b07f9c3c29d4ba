"""The accounts room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the accounts room."""

    name = "teichaku.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, checks and offers is registered."""
        from django.core.checks import Tags, register

        from teichaku.accounts import events
        from teichaku.accounts.checks import check_company_accounts, check_mail, check_rights
        from teichaku.accounts.registrations import room_register

        register(check_rights, Tags.urls)
        register(check_company_accounts, Tags.security)
        register(check_mail, Tags.security)
        room_register()
        events.connect()
