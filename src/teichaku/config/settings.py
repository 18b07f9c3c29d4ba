"""Django's settings; whatever the surroundings decide comes from ``environment``."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from teichaku.config.company_accounts import company_accounts
from teichaku.config.database import connection
from teichaku.config.environment import LOOPBACK_HOSTS, VARIABLES, read

ENVIRONMENT = read()
KNOWN_VARIABLES = sorted(VARIABLES)
PACKAGE_DIR = Path(__file__).resolve().parent.parent
PUBLIC = not set(ENVIRONMENT.allowed_hosts) <= set(LOOPBACK_HOSTS)

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
AUDIT_KEY = ENVIRONMENT.audit_key
STATE_DIR = ENVIRONMENT.state_dir
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
SITE_ADDRESS = ENVIRONMENT.address

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    # Lower rooms first: an upper room may subscribe to what a lower one has declared.
    "teichaku.core.apps.CoreConfig",
    "teichaku.accounts.apps.AccountsConfig",
    "teichaku.notify.apps.NotifyConfig",
    "teichaku.intake.apps.IntakeConfig",
    "teichaku.rulebook.apps.RulebookConfig",
    "teichaku.leads.apps.LeadsConfig",
    "teichaku.consent.apps.ConsentConfig",
    "teichaku.tracking.apps.TrackingConfig",
    "teichaku.forms.apps.FormsConfig",
    "teichaku.scoring.apps.ScoringConfig",
    "teichaku.deals.apps.DealsConfig",
    "teichaku.handover.apps.HandoverConfig",
    "teichaku.exhibitions.apps.ExhibitionsConfig",
    "teichaku.inputs.apps.InputsConfig",
    "teichaku.kpi.apps.KpiConfig",
    "teichaku.meetings.apps.MeetingsConfig",
    "teichaku.checklist.apps.ChecklistConfig",
    "teichaku.console.apps.ConsoleConfig",
    # After our rooms, so that our templates win over those that the library brings.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "teichaku.tracking.direct.CollectorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "teichaku.core.http.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "teichaku.config.urls"
WSGI_APPLICATION = "teichaku.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "teichaku.core.templatetags.icons",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "teichaku.console.shell.shell",
                "teichaku.console.demo_state.demo_shown",
            ],
        },
    },
]

DATABASES = {"default": connection(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["teichaku.accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:log_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:log_in"

# Who signs in, and how long that holds: see docs/people-and-rights.md.
ACCOUNT_ADAPTER = "teichaku.accounts.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "teichaku.accounts.sign_in.shown_name"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation went to the address, or a manager vouches
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "teichaku.accounts.forms.LogInForm",
    "reset_password": "teichaku.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "teichaku.accounts.forms.NewPasswordForm",
    "change_password": "teichaku.accounts.forms.ChangePasswordForm",
    "set_password": "teichaku.accounts.forms.FirstPasswordForm",
}
ACCOUNT_SESSION_REMEMBER = None  # the person says so
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# An office shares one address, so that is limited loosely and each account strictly.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "reset_password": "30/m/ip,3/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
MFA_ADAPTER = "teichaku.accounts.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Teichaku"
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC
SOCIALACCOUNT_ADAPTER = "teichaku.accounts.sign_in.CompanyAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": company_accounts(ENVIRONMENT), "OAUTH_PKCE_ENABLED": True}
}
SESSION_COOKIE_AGE = 12 * 60 * 60
REMEMBERED_SESSION_AGE = 30 * 24 * 60 * 60

# Limits of signing in have to hold for all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

EMAIL_BACKENDS = {"console": "console", "file": "filebased", "smtp": "smtp"}
EMAIL_BACKEND = f"django.core.mail.backends.{EMAIL_BACKENDS[ENVIRONMENT.email.kind]}.EmailBackend"
EMAIL_FILE_PATH = ENVIRONMENT.email.folder
EMAIL_HOST = ENVIRONMENT.email.host
EMAIL_PORT = ENVIRONMENT.email.port
EMAIL_HOST_USER = ENVIRONMENT.email.user
EMAIL_HOST_PASSWORD = ENVIRONMENT.email.password
EMAIL_USE_TLS = ENVIRONMENT.email.tls == "starttls"
EMAIL_USE_SSL = ENVIRONMENT.email.tls == "ssl"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
LINE_WORKS_API = ENVIRONMENT.line_works
LINE_WORKS_AUTH = ENVIRONMENT.line_works_auth
CHATWORK_API = ENVIRONMENT.chatwork

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# Cookies that only travel encrypted wherever the site is reached from another machine.
SESSION_COOKIE_SECURE = PUBLIC
CSRF_COOKIE_SECURE = PUBLIC
LANGUAGE_COOKIE_SECURE = PUBLIC
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Without DEBUG Django itself says nothing; whoever runs the server has to see what failed.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Requests that wait for a moment are the usual course of things where beacons come in.
    "loggers": {"waitress.queue": {"level": "ERROR"}},
}
