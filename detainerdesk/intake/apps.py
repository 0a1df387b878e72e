"""Django's entry for the intake room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "detainerdesk.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
