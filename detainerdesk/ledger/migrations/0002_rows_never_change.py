"""The database itself refuses an UPDATE of what the ledger has written."""

from django.db import migrations

TABLES = ("ledger_leaf", "ledger_node", "ledger_checkpoint")
SAYS = "The ledger is only ever appended to"


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
            )
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION ledger_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
        )
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_never_changes()"
            )


def allow(apps, schema_editor):
    for table in TABLES:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {table}_never_changes{on}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_never_changes()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(forbid, allow)]
