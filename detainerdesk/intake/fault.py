"""Where a program failed, for a log. In: the error; out: its kind and our own lines on the way to it. An error's text may hold a name or a value
of a paper, and so may a line of its trace, so neither is written down (security.md LOG-2)."""

from __future__ import annotations

import traceback


def where(error: BaseException) -> str:
    """`KeyError at identity_of …/join.py:190 < plan …/join.py:120`, the innermost first."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "detainerdesk" in frame.filename]
    way = " < ".join(f"{frame.name} {frame.filename}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {way or 'no line of ours'}"
