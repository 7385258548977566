"""Decides: the Lean library that every statement rests on: the files of `lean/QED` -> an environment of a session.

The files are a Lake project as well; for a session they are joined by text, so their headers are taken off here. A session
starts from `import Init`: the proofs of the library and of the statements need nothing of `Std`.
"""

import hashlib
import re
from typing import Final

from verify.canonical import Digest
from verify.environment import ROOT
from verify.session import Session

LIBRARY_HEADER: Final = "import Init\n"
FILES: Final = ("Semantics", "Denote", "Arith", "Lists", "Bits", "BitStreams")
"""the modules of `lean/QED` that statements rest on, each after those that it imports; `Wp` is a way of proving by hand"""
_HEADER_LINE: Final = re.compile(r"module|(public )?import [A-Za-z.]+")


class LibraryBroken(Exception):  # noqa: N818 - it names an outcome
    """The library does not elaborate in this session: a file was changed, or this is another Lean."""


def library_texts() -> tuple[str, ...]:
    """Return the text of each file of the library, in import order, without the lines of its header.

    A line that was taken off leaves an empty one, so that the line numbers of messages are those of the file. Raises OSError
    and UnicodeDecodeError.
    """
    texts = []
    for name in FILES:
        lines = (ROOT / "lean" / "QED" / f"{name}.lean").read_bytes().decode().split("\n")
        texts.append("\n".join("" if _HEADER_LINE.fullmatch(line) else line for line in lines))
    return tuple(texts)


def library_digest() -> Digest:
    """Return the SHA-256 over the header and the files as they are handed to a session."""
    whole = hashlib.sha256()
    for text in (LIBRARY_HEADER, *library_texts()):
        content = text.encode()
        whole.update(b"%d:" % len(content) + content)
    return whole.hexdigest()


def load_library(session: Session) -> int:
    """Elaborate the library in a session and return its environment.

    Raises LibraryBroken where Lean reports any error, and SessionLost as the session does.
    """
    done = session.import_header(LIBRARY_HEADER)
    for name, text in zip(("header", *FILES), ("", *library_texts()), strict=True):
        if text and done.env is not None:
            done = session.elaborate(done.env, text, keep=True)
        if done.errors or done.env is None:
            said = next((f"line {m.line}: {m.text[:300]}" for m in done.messages if m.severity == "error"), "no message")
            raise LibraryBroken(f"lean/QED/{name}.lean does not elaborate in Lean {session.version}: {said}")
    if done.env is None:
        raise LibraryBroken("Lean returned no environment")
    return done.env
