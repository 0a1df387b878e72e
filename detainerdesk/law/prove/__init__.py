"""Proving: what holds of every case. Each worked example settles as it says (examples.py); the theorems of a stack are the
solver's (theorems.py), with what they rest on, and a smallest case for each thing found.

`detainerdesk law prove` prints both. Only the theorems need the solver, so nothing here loads it.
"""

from detainerdesk.law.prove.examples import Proved, check_example, prove

__all__ = ["Proved", "check_example", "prove"]
