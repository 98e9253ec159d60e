"""A workshop's Django admin: settings, tables and a person who may sign in, in the folder it is started in."""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import path

settings.configure(
    DEBUG=False,
    SECRET_KEY="only for this test",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "workshop",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path.cwd() / "workshop.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="/static/",
    USE_TZ=True,
    # Cookies as strict as the admin allows.
    SESSION_COOKIE_SAMESITE="Strict",
    CSRF_COOKIE_SAMESITE="Strict",
)
django.setup()

from django.contrib import admin  # noqa: E402  (needs the settings)

urlpatterns = [path("admin/", admin.site.urls)]

if __name__ == "__main__":
    from django.contrib.auth.models import User

    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_superuser("ida", password=os.environ["PASSWORD"])
    call_command("runserver", f"127.0.0.1:{sys.argv[1]}", use_reloader=False, insecure_serving=True)
