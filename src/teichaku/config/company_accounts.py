"""Company accounts by which people may sign in: those that the surroundings configure."""

from __future__ import annotations

from teichaku.config.environment import Environment

App = dict[str, object]
GOOGLE = "https://accounts.google.com"
MICROSOFT = "https://login.microsoftonline.com"


def company_accounts(environment: Environment) -> list[App]:
    """The sign-in library's description of each account that is configured whole."""
    apps: list[App] = []
    google, microsoft = environment.google, environment.microsoft
    if google.client_id and google.client_secret:
        apps.append(_app("google", "Google", google.client_id, google.client_secret, GOOGLE))
    if microsoft.client_id and microsoft.client_secret and microsoft.tenant:
        # One tenant, so that its administrators alone decide who has which address in it.
        server = f"{MICROSOFT}/{microsoft.tenant}/v2.0"
        app = _app("microsoft", "Microsoft", microsoft.client_id, microsoft.client_secret, server)
        app["settings"] = {"server_url": server, "verified_email": True}
        apps.append(app)
    return apps


def _app(provider_id: str, name: str, client_id: str, secret: str, server: str) -> App:
    return {
        "provider_id": provider_id,
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": server},
    }
