"""Refuses only: what stands for operators and builtins in a run of the interpreter whose results may be too long to compute."""

from collections.abc import Callable
from typing import Final

from verify.ir import Value
from verify.limits import Limits
from verify.types import Key, copied, key

MODULAR_BITS: Final = 4096
"""longest exponent of a modular power, in bits"""

CALLS: Final = 2_000
"""calls of one function whose outcome is kept"""


class OutOfFuel(Exception):  # noqa: N818 - an outcome, not an error
    """A run passed its limit of ticks or of integer length; or `all` or `any` ended before an element whose ticks raise."""


def guards(limits: Limits, spent: list[int]) -> dict[str, Callable[..., object]]:
    """Return the functions that stand for operators and builtins whose results may be too long; those raise OutOfFuel.

    It is one table of small functions, which is why it is long. A negative exponent raises ValueError here, where CPython
    gives a float or an inverse. `spent` counts the elements of the ranges of one run, since one expression may go over many
    of them before its ticks are counted; it does so more than once.
    """

    def times(a: int, b: int) -> int:
        if a.bit_length() + b.bit_length() > limits.run_bits:
            raise OutOfFuel
        return a * b

    def power(a: int, b: int) -> int:
        if b < 0:
            raise ValueError
        if a.bit_length() * b > limits.run_bits:
            raise OutOfFuel
        return int(a**b)

    def modular(a: int, b: int, m: int) -> int:
        if b < 0:
            raise ValueError
        if b.bit_length() > MODULAR_BITS:
            raise OutOfFuel
        return pow(a, b, m)

    def shifted(a: int, b: int) -> int:
        if a and a.bit_length() + b > limits.run_bits:
            raise OutOfFuel
        return a << b

    def repeated(a: list[Value], n: int) -> list[Value]:
        if len(a) * n > limits.run_ticks:
            raise OutOfFuel
        return a * n if a and n > 0 else []

    def span(start: int, stop: int, step: int = 1) -> range:
        found = range(start, stop, step)
        spent[0] += max((stop - start) // step, 0)
        if spent[0] > 4 * limits.run_ticks:
            raise OutOfFuel
        return found

    def updated(a: list[Value], i: int, v: Value) -> list[Value]:
        out = a[:]
        out[i] = v
        return out

    def popped(a: list[Value]) -> list[Value]:
        out = a[:]
        out.pop()
        return out

    return {f.__name__: f for f in (times, power, modular, shifted, repeated, span, updated, popped)}


class Calls:
    """The functions of the file that a run calls: each as one that gives the value, and one that gives the ticks.

    What a call gave is kept, since its value and its ticks are asked for apart.
    """

    def __init__(self, fuel: int) -> None:
        """Take the ticks that one call may spend."""
        self._fuel = fuel
        self._known: dict[str, dict[Key, tuple[tuple[Value, ...], Value, int]]] = {}

    def applied(self, label: str, function: Callable[..., tuple[Value, int]]) -> tuple[Callable[..., Value], Callable[..., int]]:
        """Return a function's value and its ticks as functions of its arguments."""
        known = self._known[label] = {}

        def found(arguments: tuple[Value, ...]) -> tuple[tuple[Value, ...], Value, int]:
            if (hit := known.get(of := key(arguments))) is not None:
                return hit
            kept = tuple(map(copied, arguments))
            given, ticks = function(*arguments, self._fuel)
            if len(known) >= CALLS:
                known.clear()
            known[of] = kept, given, ticks
            return known[of]

        return (lambda *arguments: copied(found(arguments)[1])), (lambda *arguments: found(arguments)[2])

    def seen(self, label: str) -> list[tuple[Value, ...]]:
        """Return the arguments of calls of late."""
        return [arguments for arguments, _, _ in self._known.get(label, {}).values()]
