"""Text of a cell -> a file in a scratch folder, so that what is judged is bytes of a file, as everywhere else.

The folder belongs to the kernel and goes with it. Each text has a folder of its own in there, named by its digest.
"""

import functools
import hashlib
import re
import tempfile
from pathlib import Path
from typing import TypeAlias

Given: TypeAlias = str | bytes | Path
"""a file by its path, or its text; which of both a `str` is, `is_path` says"""
DIGITS = 12
"""of the digest, in the name of a folder"""


def is_path(given: Given) -> bool:
    """Say whether something names a file: a `Path` does, and a `str` of one line that ends in `.py`.

    >>> [is_path("specs/sums.py"), is_path("def f(n: int) -> int: return n")]
    [True, False]
    """
    return isinstance(given, Path) or (isinstance(given, str) and given.endswith(".py") and given.isprintable())


def placed(given: Given, name: str, lemmas: str | None = None) -> Path:
    """Return the file that is meant; a text is written to one called `name`, with its lemmas beside it. Raises OSError."""
    if isinstance(given, Path) or (isinstance(given, str) and is_path(given)):
        path = Path(given)
        if lemmas is None or not path.is_file():
            return path
        given, name = path.read_bytes(), path.name
    # what cannot be encoded is for the judge to refuse
    content = given.encode(errors="surrogatepass") if isinstance(given, str) else given
    proof = (lemmas or "").encode(errors="surrogatepass")
    whole = hashlib.sha256(b"%d:%d:" % (len(name), len(content)) + name.encode() + content + proof).hexdigest()
    folder = scratch() / whole[:DIGITS]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    if proof:
        (folder / name).with_suffix(".lean").write_bytes(proof)
    return folder / name


def shown(text: str) -> str:
    """Return a text with the names of scratch files as the cell knows them."""
    return re.sub(re.escape(f"{scratch()}/") + f"[0-9a-f]{{{DIGITS}}}/", "", text)


def scratch() -> Path:
    """Return the kernel's scratch folder."""
    return Path(_folder().name)


@functools.cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="qed-notebook-")
