"""How to take a control away that is none on a proof's text, and an attack of which something else comes then."""

import ast
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import graph_attacks
import pytest
from small_graph import accept

from loop import prompt
from loop.proposers import endpoint, openai
from verify import ci, ci_formats, counterexample, judge, misfits, program, python_run, source
from verify.gates import examples
from verify.task import Passed


@dataclass(frozen=True, slots=True)
class Off:
    """A control, the attack (its number and what it tries), how to take the control away, and what comes of the attack then."""

    control: str
    attack: str
    patch: Callable[[pytest.MonkeyPatch], None]
    then: str = "Passed"


def _replaced(place: object, name: str, value: object) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(place, name, value)


def _nothing(*_: object, **__: object) -> None:
    """Find nothing wrong."""


def _passed(*_: object, **__: object) -> Passed:
    return Passed()


def _without_nonce(patch: pytest.MonkeyPatch) -> None:
    real = python_run._read_line
    patch.setattr(python_run, "_read_line", lambda line,
                  nonce: real(json.dumps({**json.loads(line), "nonce": nonce}).encode(), nonce))


def _not_isolated(patch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def started(command: list[str], **more: Any) -> object:
        return real([w for w in command if w != "-I"], **{**more, "env": dict(os.environ)})

    patch.setattr(subprocess, "Popen", started)


EVERY_KIND = frozenset(v for v in vars(ast).values() if isinstance(v, type) and issubclass(v, ast.AST))
OFFS = (
    Off("ascii", "P05 the line end '\\r'", _replaced(source, "PRINTABLE", frozenset(range(256)))),
    Off("nodes", "Z08 true division", _replaced(source, "ALLOWED", EVERY_KIND)),
    Off("reserved", "P06 len defined anew", _replaced(source, "RESERVED", frozenset())),
    Off("size", "Z13 one in the nesting of an expression", _replaced(source, "_levels", lambda _: 0)),
    Off("ownership", "Z09 two names of one list", _replaced(program, "check_ownership", _nothing)),
    Off("same_result", "Z15 a postcondition that says nothing, and a constant", _replaced(examples, "same", lambda *_: True)),
    Off("witness", "Z21 a precondition that lets almost nothing in", _replaced(examples, "TooFewExamples", _passed)),
    Off("ticks", "Z18 a copy for one tick", _replaced(examples, "judge_costs", _nothing)),
    Off("constants", "Z21 a back door at one number", _replaced(examples, "mined", lambda *_: ())),
    Off("child_nonce", "P11 a line of the child's own among the answers", _without_nonce),
    Off("long_ints", "P11 a result too long for a text", _replaced(counterexample, "text", repr), "ValueError"),
    Off("isolated", "P12 modules named by the environment", _not_isolated, "Shadowed"),
    Off("z3", "Z21 a back door that no constant shows", _replaced(judge, "smt", _passed)),
    Off("certificate", "G02 a certificate of another statement", _replaced(misfits, "_unbound", _nothing), "ToolBroken"),
    Off("judged_again", "G01 a wrong program, with all hashes made to fit",
        _replaced(graph_attacks, "rejudge", lambda _, n, *__: accept(n))),
    Off("stale", "G02 a certificate under another Lean", _replaced(ci, "stale", lambda *_: ())),
    Off("append_only", "G04 the head of the base is gone", _replaced(ci, "rewritten", lambda *_: ())),
    Off("positive", "G12 an acceptance of another statement", _replaced(ci, "_same", _nothing)),
    Off("quoting", "S01 instructions in a refused program and its reason", _replaced(prompt, "quote", str),
        "it is an instruction"),
    Off("redaction", "S02 a server that repeats the key in its answer", _replaced(endpoint.Key, "redact", lambda _, text: text),
        "it shows the key"),
    Off("plain", "S04 escapes in what a report says", _replaced(ci_formats, "plain", str), "it steers the terminal"),
    Off("addresses", "S05 the address http://169.254.169.254/v1", _replaced(endpoint, "check_url", _nothing)),
    Off("budgets", "S07 answers that need another question each", _replaced(openai.OpenAI, "_afford", _nothing)),
)  # fmt: skip
"""one for each control whose `shown` is the test of this"""
