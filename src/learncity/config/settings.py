"""Django settings: declarations only; what an operator may change is in env.py."""

from pathlib import Path

from learncity.config.env import env, sealing_keys, secret_key

HERE = Path(__file__).resolve().parent.parent
DATA = env().data_dir
DEMO = env().is_demo

SECRET_KEY = secret_key(env().keys_file) if env().keys_file.parent.exists() else "not-a-secret"
# By id, oldest first: kernel.sealing wraps with the last.
SEALING_KEYS = sealing_keys(env().keys_file) if env().keys_file.parent.exists() else {}
DEBUG = False
# The reverse proxy or the supervisor decides who may ask; a wrong Host cannot reach a link that is
# mailed, because those are made from BASE_URL.
ALLOWED_HOSTS = ["*"]
BASE_URL = env().base_url
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# From the lowest room up: the order of .importlinter (tested).
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "learncity.kernel",
    "learncity.ui",
    "learncity.apps.places",
    "learncity.apps.people",
    "learncity.apps.privacy",
    "learncity.apps.organizations",
    "learncity.apps.record",
    "learncity.apps.notices",
    "learncity.apps.roles",
    "learncity.apps.security",
    "learncity.apps.households",
    "learncity.apps.assertions",
    "learncity.apps.catalogue",
    "learncity.apps.classes",
    "learncity.apps.demand",
    "learncity.apps.imports",
    "learncity.apps.initiatives",
    "learncity.rest",
    "learncity.web",
]

MIDDLEWARE = [
    "learncity.kernel.http.SecurityHeaders",
    "learncity.kernel.http.WithoutNul",
    "learncity.kernel.bodies.SmallBodies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Answers an anonymous reader from memory, before anything below is asked.
    "learncity.web.pagecache.AnonymousPages",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Support looks as somebody: who asks is the person from here on, and nothing can be changed.
    "learncity.web.signin.visits.AsVisited",
    # Whoever acts for another is asked at every request whether they still may.
    "learncity.web.acting.ActingFor",
    # Denies whatever has not said who may see it.
    "learncity.kernel.access.DenyByDefault",
    # Asks for a second factor before a desk opens.
    "learncity.web.signin.middleware.SecondFactor",
]

ROOT_URLCONF = "learncity.config.urls"
WSGI_APPLICATION = "learncity.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "learncity.web.navigation.page",
            ],
            "builtins": [
                "learncity.kernel.templatetags.kernel",
                "learncity.ui.templatetags.ui",
                "django.templatetags.i18n",
            ],
        },
    }
]

_connection = env().conninfo
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection.pop("dbname", "learncity"),
        "USER": _connection.pop("user", ""),
        "PASSWORD": _connection.pop("password", ""),
        "HOST": _connection.pop("host", ""),
        "PORT": _connection.pop("port", ""),
        # A pool, not a connection a request: measured at three to four times the requests a second.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
            # Planning costs most statements more than running them: plan what comes often once.
            "server_side_binding": True,
            "prepare_threshold": 5,
            **_connection,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Shared by all processes: it counts tries (sign-in codes). An unlogged table of kernel 0001.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}

SESSION_ENGINE = "learncity.apps.security.sessions"
SESSION_COOKIE_NAME = "learncity_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
CSRF_COOKIE_NAME = "learncity_csrf"
CSRF_FAILURE_VIEW = "learncity.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
# No form takes a file; one that is sent along is passed over, and never written to the disk. The
# one page that takes lists says so itself, and its address may be sent more than any other.
FILE_UPLOAD_HANDLERS: list[str] = []
LARGER_BODIES = {"/desk/lists/new/": 21_000_000}
# Lists that were sent, until they are done or a week old; in no backup.
IMPORTS_ROOT = DATA / "imports"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["learncity.web.signin.backend.Backend"]
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "web:me"
LOGOUT_REDIRECT_URL = "web:home"
# Where somebody learns what an action still asks for (kernel.access.also).
MISSING_URL = "web:missing"

# Of whom a second factor is wanted: off, operators, staff; empty: operators, in a demo nobody.
SECOND_FACTOR = env().second_factor
SECOND_FACTOR_HOURS = int(env().second_factor_hours)
# After how long somebody looks at every role again, how long that may take, and for how long at
# most somebody stands in for another.
ROLE_REVIEW_DAYS, ROLE_REVIEW_TAKES = int(env().role_review_days), 30
STAND_IN_DAYS = int(env().stand_in_days)
# For how long somebody may confirm that two records that both sign in are one person.
MERGE_PROPOSAL_DAYS = int(env().merge_proposal_days)
# For how long somebody is told of what they wait for, and from how many occasions on planners read
# the words that people looked for.
DEMAND_WISH_DAYS = int(env().wish_days)
DEMAND_WORDS_SHOWN_FROM = int(env().words_shown_from)
# Signing in elsewhere; each is off while it is empty (security.ports).
OIDC_URL, WECHAT_URL = env().oidc_url, env().wechat_url
WECHAT_APP_URL, ZALO_URL = env().wechat_app_url, env().zalo_url

# One field, one code: allauth makes, checks, limits and expires the codes (decision 0008).
ACCOUNT_ADAPTER = "learncity.web.signin.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# Tries are counted in the shared cache. A stranger who knows a number has at most 100 guesses a day
# at one in a million each, and its owner is told by the code that arrives.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "30/m/ip,3/m/key,8/h/key,20/d/key",
    # As many as MAX_ATTEMPTS, for as long as the code works: that one is counted in the session,
    # where tries that are sent at once do not see each other.
    "try_login_code": "5/10m/key",
    # Codes of assertions by strangers, and people looked for by their number at a desk.
    "verify_code": "30/m/ip",
    "find_person": "60/h/key",
    # Numbers somebody states that turn out to be another's; only those are counted.
    "meet_number": "20/h/key,60/d/key",
    # For an account: of a million codes, three count at a time.
    "try_second_factor": "5/m/key,20/h/key,60/d/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env().proxies)
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60 * 60 * 24 * 365

EMAIL_URL = env().email_url
DEFAULT_FROM_EMAIL = env().email_from
SMS_URL = env().sms_url

LOGGING_CONFIG = "learncity.kernel.logs.configure"
# Django calls the above only when there is something here.
LOGGING = {"version": 1}

SILENCED_SYSTEM_CHECKS = [
    "account.W001",  # there is no sign-up form whose fields could conflict
    "security.W004",  # HSTS is the proxy's to promise, for the whole domain
    "security.W008",  # so is the redirect to https
    "security.W012",
    "security.W016",  # cookies are secure exactly when the public address is https
]
