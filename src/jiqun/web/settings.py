"""Settings of the workbench; everything a place sets comes from its workspace or the environment.

`JIQUN_WORKSPACE` (folder, default the current one), `JIQUN_HOSTS` (comma separated names the server answers to),
`JIQUN_HTTPS=1` (behind TLS: secure cookies, HSTS), `JIQUN_HSTS` (how far HSTS goes: off, host, the default,
subdomains, preload), `JIQUN_SECRET_KEY` (else a key kept in the workspace for
its owner only), `JIQUN_UPLOAD_MB` (largest file taken, default 64), `JIQUN_UPLOAD_DAYS` (how long a file waits to be
confirmed, default 30), `JIQUN_PROXIES` (addresses or networks of proxies whose X-Forwarded-For is believed),
`JIQUN_API_PER_MINUTE` (calls of one user, default 600), `JIQUN_TOKEN_DAYS` (how long a token for the API holds,
default 365).
"""

from __future__ import annotations

import os
from pathlib import Path

from jiqun.web.addresses import database, hsts, networks, secret_key

WORKSPACE = Path(os.environ.get("JIQUN_WORKSPACE", ".")).resolve()
HTTPS = os.environ.get("JIQUN_HTTPS") == "1"
HSTS = hsts(os.environ.get("JIQUN_HSTS", "host"))
UPLOAD_BYTES = int(os.environ.get("JIQUN_UPLOAD_MB", "64")) * 1024 * 1024
UPLOAD_DAYS = int(os.environ.get("JIQUN_UPLOAD_DAYS", "30"))
TRUSTED_PROXIES = networks(os.environ.get("JIQUN_PROXIES", ""))
API_PER_MINUTE = int(os.environ.get("JIQUN_API_PER_MINUTE", "600"))
TOKEN_DAYS = int(os.environ.get("JIQUN_TOKEN_DAYS", "365"))

SECRET_KEY = secret_key(WORKSPACE)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("JIQUN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "jiqun.web.shell",
    "jiqun.web.people",
    "jiqun.web.jobs",
    "jiqun.web.overview",
    "jiqun.web.todo",
    "jiqun.web.land",
    "jiqun.web.enterprises",
    "jiqun.web.ladder",
    "jiqun.web.grades",
    "jiqun.web.rules",
    "jiqun.web.drafts",
    "jiqun.web.disposals",
    "jiqun.web.campaigns",
    "jiqun.web.briefs",
    "jiqun.web.ledger",
]
MIDDLEWARE = [
    "jiqun.web.people.middleware.AddressBehindProxy",
    "jiqun.web.shell.logs.Accesses",
    "jiqun.web.shell.middleware.NotKept",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jiqun.web.people.middleware.LoginEverywhere",
    "jiqun.web.people.middleware.LooksAtOneFirm",
    "jiqun.web.shell.middleware.OneState",
    "jiqun.web.shell.middleware.Language",
    "jiqun.web.shell.faults.OnlyForms",
    "jiqun.web.shell.middleware.WithoutNul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jiqun.web.api.answers.OneOfEach",
    "jiqun.web.api.answers.AllowedMethods",
    "jiqun.web.shell.middleware.ToldProblems",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "jiqun.web.urls"
WSGI_APPLICATION = "jiqun.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "shell" / "templates"],
        "OPTIONS": {
            "environment": "jiqun.web.shell.environment.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "jiqun.web.shell.frame.frame",
            ],
        },
    }
]

DATABASES = {"default": database(WORKSPACE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "jiqun.web.people.hashers.FirstPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "overview:home"
LOGOUT_REDIRECT_URL = "people:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# an account tried from everywhere and an address that tries everybody, within the same time (people/lockout.py)
FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS = 20, 50
AXES_LOCKOUT_CALLABLE = "jiqun.web.people.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^health/$"]  # who watches the server asks it beside the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = HSTS.seconds if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = HTTPS and HSTS.subdomains, HTTPS and HSTS.preload
SILENCED_SYSTEM_CHECKS = list(HSTS.silenced) if HTTPS else []  # what the place chose is no fault of its settings
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # bars and cut lines set their width in a style attribute; no style sheet or script from within a page
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "jiqun.web.shell.faults.stale"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = [
    "jiqun.web.ledger.receiving.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "jiqun.web.shell.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": os.environ.get("JIQUN_LOG", "WARNING")},
    "loggers": {
        "jiqun": {"level": os.environ.get("JIQUN_LOG", "INFO")},
        # a wrong name is a visitor's fault and answered 400, which the line of the request says already
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
