"""What an author wants of a target -> the text of a spec, read back by the judge's own reader before anybody writes it."""

import ast
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from loop.commands.common import UsageError
from loop.own_file import OwnFunction, own_spec
from loop.starting.baseline import Parameter, baseline
from verify.limits import DEFAULT
from verify.python_run import conditions
from verify.reasons import Refusal
from verify.source import RESERVED
from verify.spec import ORDERS, RESULTS, Spec, to_specs

PARAMETERS: Final = "n: int"
RETURNS: Final = "int"
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_STUB: Final = "from verify import target\n\n\n@target\ndef stub({}) -> int:\n    return 0\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an author says of a target; `own` is a function of theirs that is its baseline, and says name and types itself."""

    name: str
    parameters: str = PARAMETERS
    returns: str = RETURNS
    require: tuple[str, ...] = ()
    """conditions over the parameters"""
    ensure: tuple[str, ...] = ()
    """conditions over the parameters and `result`"""
    result: str = "same"
    better: str | None = None
    own: OwnFunction | None = None
    says: str = ""
    """a sentence of what it returns"""


@dataclass(frozen=True, slots=True)
class SpecText:
    """The text of a spec file, and its target as the judge reads it."""

    text: str
    spec: Spec
    stands_in: bool
    """whether the baseline only stands in for the author's own"""


def to_spec_text(wanted: Wanted, label: str) -> SpecText:
    """Write a spec and read it back; `label` is the file that it is for, in messages.

    Raises UsageError for what says nothing (a name, a type, a condition that is no expression), and Refusal for what the judge
    would refuse in the file.
    """
    if wanted.result not in RESULTS:
        raise UsageError(f"--result is one of {', '.join(RESULTS)}; it was {wanted.result!a}.")
    if wanted.better not in (None, *ORDERS):
        raise UsageError(f"--better is one of {', '.join(ORDERS)}; it was {wanted.better!a}.")
    made = _from_own(wanted, wanted.own, label) if wanted.own is not None else _from_types(wanted, label)
    if wanted.result != RESULTS[0] and not conditions(made.spec, "ensure"):
        raise UsageError(f"with --result {wanted.result} the contract alone says what is right; state it with --ensure.")
    return made


def _from_own(wanted: Wanted, own: OwnFunction, label: str) -> SpecText:
    """Return the spec of a function that is there; what is wrong with it is told by the lines of its own file."""
    plain = own_spec(own)
    try:
        spec = _read(plain.text, own.label, own.name)
    except Refusal as refusal:
        raise Refusal(plain.told(refusal.reason)) from None
    if not (wanted.require or wanted.ensure or _options(wanted)):
        return SpecText(plain.text, spec, stands_in=False)
    text = _with_contract(plain.text, own, wanted)
    return SpecText(text, _read_back(text, label, own.name), stands_in=False)


def _from_types(wanted: Wanted, label: str) -> SpecText:
    if not NAME.fullmatch(wanted.name) or keyword.iskeyword(wanted.name) or wanted.name in RESERVED:
        raise UsageError(f"a target's name is a plain Python name in lower case, and no keyword; it was {wanted.name!a}.")
    text = _made(wanted)
    return SpecText(text, _read_back(text, label, wanted.name), stands_in=True)


def _read(text: str, label: str, name: str) -> Spec:
    return next(s for s in to_specs(text.encode(), label, DEFAULT) if s.name == name)


def _read_back(text: str, label: str, name: str) -> Spec:
    """Read a text that is in no file yet: what is refused of it is told with the line itself."""
    try:
        return _read(text, label, name)
    except Refusal as refusal:
        place = re.fullmatch(re.escape(label) + r":(\d+)(:\d+)?", refusal.reason.where)
        line = text.split("\n")[int(place[1]) - 1].strip() if place else ""
        raise Refusal(replace(refusal.reason, where=f"`{line}`") if line else refusal.reason) from None


def _made(wanted: Wanted) -> str:
    """Return a spec with a baseline that stands in for the author's own."""
    parameters = _types(wanted.parameters, "--parameters")
    returned = _types(f"value: {wanted.returns}", "--returns", wanted.returns)
    if len(returned) != 1:
        raise UsageError(f"--returns is one type, such as int or list[int]; it was {wanted.returns!a}.")
    ints = [p.name for p in parameters if p.type == "int"]
    require, ensure = wanted.require, wanted.ensure
    if not require and not ensure and wanted.result == RESULTS[0]:
        require = tuple(f"{name} >= 0" for name in ints)
        if len(ints) == len(parameters) and returned[0].type == "int" and ints:
            ensure = ("result >= 0",)
    names = [p.name for p in parameters]
    decorators = _decorators(wanted, names, require, ensure)
    body = baseline(parameters, returned[0].type)
    doc = f'    """{wanted.says or f"Say in a sentence what {wanted.name} returns."}"""'
    head = f"def {wanted.name}({wanted.parameters.strip()}) -> {wanted.returns.strip()}:"
    return _imports(decorators, head) + "\n".join([*decorators, head, doc, *body]) + "\n"


def _types(text: str, option: str, given: str | None = None) -> list[Parameter]:
    """Read parameters as the judge does; `given` is what was said, where it is not the text. Raises UsageError."""
    shown = ascii(text if given is None else given)
    do = "write them as Python does: n: int, xs: list[int]."
    try:
        tree = ast.parse(f"def stub({text}) -> int:\n    return 0\n")
        if "\n" in text or len(tree.body) != 1:
            raise UsageError(f"{option} {shown} says more than types; {do}")
        used = sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & {"List", "Tuple"})
        imports = f"from typing import {', '.join(used)}\n" if used else ""
        (spec,) = to_specs((imports + _STUB.format(text)).encode(), option, DEFAULT)
    except (SyntaxError, UnicodeEncodeError, ValueError):
        raise UsageError(f"{option} {shown} does not read; {do}") from None
    except Refusal as refusal:
        raise UsageError(f"{option} {shown}: {refusal.reason.what} {refusal.reason.do}".strip()) from None
    return [Parameter(p.name, p.type) for p in spec.program.parameters]


def _options(wanted: Wanted) -> str:
    options = [f'result="{wanted.result}"'] if wanted.result != RESULTS[0] else []
    options += [f'better="{wanted.better}"'] if wanted.better else []
    return f"({', '.join(options)})" if options else ""


def _decorators(wanted: Wanted, names: Sequence[str], require: Sequence[str], ensure: Sequence[str]) -> list[str]:
    """Return the lines above a function that make it a target with a contract."""
    out = [f"@target{_options(wanted)}"]
    out += [f"@require(lambda {_lambda(c, names, '--require')})" for c in require]
    return out + [f"@ensure(lambda {_lambda(c, [*names, 'result'], '--ensure')})" for c in ensure]


def _lambda(condition: str, names: Sequence[str], option: str) -> str:
    """Return a condition as the inside of a lambda over the names that it speaks of. Raises UsageError."""
    try:
        tree = ast.parse(condition.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"{option} {condition!a} is no expression; write it as {names[0] if names else 'n'} >= 0.") from None
    spoken = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    # unparsed, a condition is one line, whatever it was
    return f"{', '.join(n for n in names if n in spoken)}: {ast.unparse(tree)}"


def _imports(decorators: Sequence[str], head: str) -> str:
    """Return the imports that a spec needs, as an author orders them."""
    wanted = [name for name in ("ensure", "require") if any(d.startswith(f"@{name}(") for d in decorators)]
    typing = sorted({n.id for n in ast.walk(ast.parse(f"{head}\n    pass")) if isinstance(n, ast.Name)} & {"List", "Tuple"})
    lines = [f"from typing import {', '.join(typing)}", ""] if typing else []
    lines += [f"from icontract import {', '.join(wanted)}", ""] if wanted else []
    return "\n".join([*lines, "from verify import target", "", "", ""])


def _with_contract(text: str, own: OwnFunction, wanted: Wanted) -> str:
    """Return the text of a spec of somebody's own function with more above it, and what that needs imported."""
    names = [a.arg for a in own.node.args.args]
    lines = text.split("\n")
    place = next(i for i, line in enumerate(lines) if re.match(rf"def {re.escape(own.name)}\(", line))
    top = place
    while top and lines[top - 1].startswith("@"):
        top -= 1
    marked, *made = _decorators(wanted, names, wanted.require, wanted.ensure)
    above = [marked, *(line for line in lines[top:place] if not line.startswith("@target")), *made]
    needed = [n for n in ("ensure", "require") if any(line.startswith(f"@{n}(") for line in (*lines, *above))]
    head = [f"from icontract import {', '.join(needed)}"] if needed else []
    kept = [line for line in lines[:top] if not line.startswith("from icontract import ")]
    return "\n".join([*head, *kept, *above, *lines[place:]])
