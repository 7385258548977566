"""Questions and answers as bytes, for another process.

What comes back is read without calling anything: only records of `verify` and `loop` are made, and only from plain values.
"""

import dataclasses
import importlib
import io
import pickle
from fractions import Fraction
from typing import Any, Final, TypeVar

from loop.executors.executor import Question

T = TypeVar("T")
PACKAGES: Final = ("verify.", "loop.")
_PLAIN: Final = {("fractions", "Fraction"): Fraction}


class WireError(ValueError):
    """Bytes that are not what the other side writes."""


def to_bytes(value: object) -> bytes:
    """Return a value as bytes."""
    return pickle.dumps(value, protocol=5)


def from_bytes(content: bytes, due: type[T]) -> T:
    """Read a record of one type. Raises WireError."""
    try:
        value = _Records(io.BytesIO(content)).load()
    except Exception as error:  # noqa: BLE001 - bytes that do not read raise anything
        raise WireError(f"an answer does not read: {type(error).__name__}: {error}") from None
    if not isinstance(value, due):
        raise WireError(f"an answer is a {type(value).__name__}; {due.__name__} is due.")
    return value


def to_question(content: bytes) -> Question:
    """Read a question, in a worker, which does what its parent says anyway. Raises TypeError where it is none."""
    value = pickle.loads(content)  # noqa: S301 - from the parent
    if not isinstance(value, Question):
        raise TypeError(f"a question is due, and no {type(value).__name__}")
    return value


class _Records(pickle.Unpickler):
    """Finds the classes of records and nothing else; a class that is not a record could run code when it is made."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of records. Raises UnpicklingError for anything else."""
        if (module, name) in _PLAIN:
            return _PLAIN[module, name]
        if module.startswith(PACKAGES):
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")
