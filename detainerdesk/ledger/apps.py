"""Django's entry for the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "detainerdesk.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
