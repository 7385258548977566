"""Says in words what an acceptance claims. Nothing that decides imports it."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from verify.canonical import Digest
from verify.certificate import Certificate
from verify.lemma import Lemma
from verify.node import Node
from verify.python_run import conditions
from verify.rule import Rule
from verify.spec import Order, Spec, Tier, signature

ORDERS: Final[dict[Order, str]] = {
    "always": "never more ticks on any allowed input, and fewer on at least one",
    "eventually": "at most {slack} ticks more on any allowed input, and the gain grows without bound",
    "worst-case": "from size {least} on, where the size is {size}: at most {bound} ticks on any allowed input, and more than "
    "that before, for each such size, on {family}",
}
TIERS: Final[dict[Tier, str]] = {
    "kernel": "proved in Lean, each step checked by its kernel",
    "smt": "decided by Z3 and cvc5, which both answered unsat; no kernel has seen it",
}
_SIGNS: Final = (("≤", "<="), ("≥", ">="), ("≠", "!="), ("∧", " and "), ("∨", " or "), ("¬", " not "), ("/", "//"))
_TYPES: Final = {"Int": "whole numbers", "Nat": "natural numbers", "Bool": "truth values"}


def claims(spec: Spec, certificate: Certificate, old: Node | None) -> Iterator[str]:
    """Yield what an acceptance says, in words."""
    allowed = " and ".join(f"({c})" for c in conditions(spec, "require")) or "True"
    yield f"for every input of `{signature(spec.program)}` with {allowed}, of any size:"
    yield "it ends and raises nothing"
    if old is not None and spec.result == "same":
        yield f"it returns what version {old.id[:12]} returns"
    elif old is not None:
        yield f"it returns a result that the contract allows, which need not be the one that version {old.id[:12]} returns"
    for condition in conditions(spec, "ensure"):
        yield f"its result meets {condition}"
    if certificate.order is not None:
        yield order_line(certificate)


def strengthening_line(weaker: Digest) -> str:
    """Return what a spec claims that strengthens another one."""
    return f"it allows every input that the spec {weaker[:12]} allows, and promises all that that one does"


def order_line(certificate: Certificate) -> str:
    """Return what the order of an accepted improvement says; "" where it improves on nothing."""
    order, worst = certificate.order, certificate.worst
    if order is None:
        return ""
    values: dict[str, object] = {"slack": certificate.slack}
    if worst is not None:
        family = ", ".join(f"{name} = {text}" for name, text in worst.family)
        values |= {"size": worst.size, "bound": worst.bound, "least": worst.least, "family": family}
    return f"order {order}: {ORDERS[order].format(**values)}"


def in_words(lemma: Lemma) -> tuple[str, ...]:
    """Return the lines that say what a lemma claims: for what, under which conditions, and the claim.

    Where its text is of another form than the loop's own lemmas have, it is the text as it stands.
    """
    head, comma, body = lemma.statement.removeprefix("∀ ").partition(", ")
    parts = list(groups(head))
    if not lemma.statement.startswith("∀ ") or not comma or " ".join(parts) != head or not all(" : " in p for p in parts):
        return (" ".join(lemma.statement.split()),)
    pairs = [tuple(p[1:-1].split(" : ", 1)) for p in parts]
    of_type = [(_TYPES[t], n) for n, t in pairs if t in _TYPES]
    conditions_ = [_formula(t) for _, t in pairs if t not in _TYPES]
    listed = " and ".join(f"{kind} {', '.join(n for _, n in some)}" for kind, some in groupby(of_type, lambda p: p[0]))
    under = f" with {' and '.join(conditions_)}" if conditions_ else ""
    return (f"for all {listed}{under}:", _formula(body))


def rule_words(rule: Rule) -> tuple[str, ...]:
    """Return the lines that say what a rule claims, from its own text: whatever else stands in a node is for machines."""
    under = f" with {' and '.join(rule.where)}" if rule.where else ""
    return f"for all values that the letters stand for{under}:", f"{rule.left} is {rule.right}"


def groups(text: str) -> Iterator[str]:
    """Yield the outermost parts of a text that stand in parentheses."""
    depth = start = 0
    for i, c in enumerate(text):
        if c == "(":
            start, depth = (start, depth + 1) if depth else (i, 1)
        elif c == ")":
            depth -= 1
            if depth == 0:
                yield text[start : i + 1]


def _formula(text: str) -> str:
    """Return a formula with no more parentheses than Python needs; as it stands where Python cannot read it."""
    python = re.sub(r"\(([A-Za-z_]\w*)((?: \w+)+)\)", lambda m: f"{m[1]}({', '.join(m[2].split())})", text)
    for sign, word in _SIGNS:
        python = python.replace(sign, word)
    try:
        read = ast.unparse(ast.parse(re.sub(r"(?<![<>=!])=(?!=)", "==", python).strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    return read.replace("==", "=").replace("//", "/")
