"""The accounts room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the accounts room."""

    name = "teichaku.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions and topics are registered."""
        from django.core.checks import Tags, register

        from teichaku.accounts.checks import check_rights
        from teichaku.core.registry import AuditAction, Topic, audit_actions, topics

        register(check_rights, Tags.urls)
        naming = frozenset({"email", "name"})
        audit_actions.register(
            "accounts.user_create", AuditAction(_("Created a person"), personal=naming)
        )
        audit_actions.register("accounts.user_set_password", AuditAction(_("Set a password")))
        audit_actions.register("accounts.role_grant", AuditAction(_("Gave a role")))
        audit_actions.register("accounts.role_revoke", AuditAction(_("Took a role away")))
        audit_actions.register("accounts.people_import", AuditAction(_("Imported people")))
        audit_actions.register(
            "accounts.owner_ensure", AuditAction(_("Noted people whom a file names as owners"))
        )
        topics.register("accounts.people_changed", Topic(_("People, teams or roles changed")))
