"""`python -m detainerdesk` is the command `detainerdesk`."""

from detainerdesk.cli import app

if __name__ == "__main__":
    app(prog_name="detainerdesk")
