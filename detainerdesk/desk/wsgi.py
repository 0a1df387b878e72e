"""The server's entry: `granian --interface wsgi detainerdesk.desk.wsgi:application` (docs: `detainerdesk serve`)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")

application = get_wsgi_application()
