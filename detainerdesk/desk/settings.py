"""Django's settings: where the data lies, how durable it is kept, who may reach it and what a browser is told.

In: the environment (DETAINERDESK_DATA, DETAINERDESK_PROFILE, DETAINERDESK_SECRET, DETAINERDESK_HOSTS, DETAINERDESK_TLS_IN_FRONT,
DETAINERDESK_LOCAL, DETAINERDESK_LETTER) and the file DATA/secret made at set-up. Out: a development profile (http, this machine only), or a production profile that refuses to start
without TLS in front and a real secret (security.md WEB-9).
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

DATA = Path(os.environ.get("DETAINERDESK_DATA", "data")).resolve()

PROFILE = os.environ.get("DETAINERDESK_PROFILE", "development")
PRODUCTION = PROFILE != "development"
LOOPBACK = ["127.0.0.1", "localhost"]


def _secret() -> str:
    """The signing secret: environment, else DATA/secret, else (development only) one that lasts as long as this process."""
    given = os.environ.get("DETAINERDESK_SECRET", "")
    file = DATA / "secret"
    if not given and file.is_file():
        if file.stat().st_mode & 0o077:
            raise ImproperlyConfigured(f"Others can read {file}: run `chmod 600` on it, then start again.")
        given = file.read_text(encoding="utf-8").strip()
    if not given and not PRODUCTION:
        return secrets.token_urlsafe(64)
    if len(given) < 50 or len(set(given)) < 5 or given.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"No real secret for profile {PROFILE!r}: set DETAINERDESK_SECRET to 50 random characters or more, or let set-up write {file}."
        )
    return given


def _hosts() -> list[str]:
    """The names this desk answers to. Development: this machine only, whatever the environment says."""
    if not PRODUCTION:
        return [*LOOPBACK, "testserver"]
    if os.environ.get("DETAINERDESK_TLS_IN_FRONT") != "yes":
        raise ImproperlyConfigured(
            f"Profile {PROFILE!r} starts only behind TLS: put a proxy with TLS 1.2 or later in front that sets X-Forwarded-Proto, then set "
            "DETAINERDESK_TLS_IN_FRONT=yes. To try the desk on this machine alone, use DETAINERDESK_PROFILE=development."
        )
    hosts = [host.strip() for host in os.environ.get("DETAINERDESK_HOSTS", "").split(",") if host.strip()]
    if not hosts or "*" in hosts:
        raise ImproperlyConfigured(
            f"Profile {PROFILE!r} needs DETAINERDESK_HOSTS: the host names of this desk, with commas, never `*`."
        )
    return hosts


ALLOWED_HOSTS = _hosts()
SECRET_KEY = _secret()
DEBUG = False
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "detainerdesk.ledger",
    "detainerdesk.intake",
    "detainerdesk.desk",
]

MIDDLEWARE = [
    "detainerdesk.desk.middleware.PageHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "detainerdesk.desk.middleware.RoleGate",
]
ROOT_URLCONF = "detainerdesk.desk.urls"
WSGI_APPLICATION = "detainerdesk.desk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL database with several connections: use the rollback journal there (REL-2).
# Before WAL, synchronous must already be EXTRA, so that the switch itself is durable (REL-1).
WAL_IS_SAFE = sqlite3.sqlite_version_info > (3, 51, 2)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "desk.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0;"
                if WAL_IS_SAFE
                else "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA mmap_size=0;"
            ),
        },
    }
}

# Sign-in. PBKDF2 with SHA-256 is Django's own first hasher (KEY-1); length and the list of common passwords, no composition rule (AUTH-2).
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
# Django's own page for a missing token has inline styles, which the content security policy stops.
CSRF_FAILURE_VIEW = "detainerdesk.desk.views.errors.no_token"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "sign-in"

# Sessions: 12 hours in all, in the database so that they can be ended on the server (AUTH-4, AUTH-5).
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "__Host-desk" if PRODUCTION else "desk"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What a browser is told (WEB-1). Preload is a list kept by browser makers for a whole domain: a town joins it by its own decision, not ours.
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list, see above
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Resource policy, content security policy (WEB-2) and no-store stand in middleware.PageHeaders.

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = not PRODUCTION
FILE_UPLOAD_HANDLERS = ["detainerdesk.desk.views.upload.EachInMemory"]  # no copy of a paper in a temporary folder
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024  # IN-1: a file
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024  # IN-1: a message

# Folders of the agency's own rulebooks (its general orders), which lie over ours; several are told apart as in PATH.
LOCAL_RULEBOOKS = tuple(Path(one) for one in os.environ.get("DETAINERDESK_LOCAL", "").split(os.pathsep) if one)
if _gone := [one for one in LOCAL_RULEBOOKS if not one.is_dir()]:
    raise ImproperlyConfigured(
        f"DETAINERDESK_LOCAL names {_gone[0]}, and there is no such folder. Name the folder of the agency's own rulebooks, or leave it out."
    )

# The letter to the issuing office: off unless a department turns it on; it says nothing of custody, release or defects (words.letter).
LETTER_TO_ISSUING_OFFICE = os.environ.get("DETAINERDESK_LETTER", "off") == "on"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
