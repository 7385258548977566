"""What models are told of how to go about their task: the one part of a question that a policy may replace.

The rules are no part of it: the language, what is accepted, what is data, and the form of an answer stand around it, and the
last word is theirs.
"""

from typing import Final

INSTRUCTIONS: Final = """\
Closed forms, loops that stop early, work moved out of loops, and halving instead of counting down are typical gains. A simple \
program with a simple proof beats a clever one that cannot be proved."""
"""what is told where no policy is"""
MOST: Final = 4_000
"""characters of the longest instructions"""


def instructions(text: str) -> str:
    r"""Return a text that may be told to models. Raises ValueError for one that is empty, too long, or no plain text.

    >>> instructions("Look for closed forms.\nThen prove them.")
    'Look for closed forms.\nThen prove them.'
    """
    if not text.strip():
        raise ValueError("instructions are empty")
    if len(text) > MOST:
        raise ValueError(f"instructions have {len(text)} characters; the limit is {MOST}")
    if odd := next((c for c in text if not c.isprintable() and c != "\n"), None):
        raise ValueError(f"instructions hold the character {odd!a}, which is no plain text")
    return text
