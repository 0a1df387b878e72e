"""The server's entry: `granian --interface wsgi detainerdesk.desk.wsgi:application` (docs: `detainerdesk serve`)."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")

application = get_wsgi_application()

from detainerdesk.desk.life.acts import edition  # noqa: E402 (models are there once the application is)

edition()  # read before the first request comes; it stays, so collecting garbage need not go through it again and again
gc.collect()
gc.freeze()
