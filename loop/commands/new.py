"""`qed new`: a spec file and a test beside it, from flags or from answers on a terminal."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_file
from loop.own_file import OwnFunction, own_function
from loop.starting.spec_text import PARAMETERS, RETURNS, SpecText, Wanted, to_spec_text
from loop.starting.trial_text import Trial, trial_text, tried
from loop.words import console
from verify.ci_formats import plain
from verify.reasons import literal

FAMILY: Final = "general"
_FAMILY: Final = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArguments:
    """The options of `new`; None where one was not given. `source` is FILE::FUNCTION, a function that is the baseline."""

    name: str | None = None
    family: str | None = None
    parameters: str | None = None
    returns: str | None = None
    require: tuple[str, ...] = ()
    ensure: tuple[str, ...] = ()
    source: str | None = None
    result: str = "same"
    better: str | None = None
    force: bool = False
    as_json: bool = False

    @property
    def asks(self) -> bool:
        """Whether nothing was said of the function but its name, so that there is something to ask."""
        return not (self.parameters or self.returns or self.require or self.ensure or self.source or self.as_json)


@dataclass(frozen=True, slots=True)
class Written:
    """The two files, and what is to say about them."""

    spec: Path
    test: Path
    made: SpecText
    trial: Trial


def new(arguments: NewArguments) -> int:
    """Write a spec and its test below the current folder, and say what to do next.

    Raises UsageError, Refusal (what the judge would refuse in the file), OSError.
    """
    if arguments.asks and sys.stdin.isatty() and sys.stdout.isatty():
        arguments = answered(arguments, _ask)
    wanted = to_wanted(arguments)
    written = _written(arguments, wanted)
    if arguments.as_json:
        print_json(to_data(written))
        return DONE
    out = console()
    out.print(Text(plain(f"wrote {written.spec}: the contract, and the baseline")), soft_wrap=True)
    out.print(Text(plain(f"wrote {written.test}: runs it as plain Python")), soft_wrap=True)
    for line in remarks(written):
        out.print(Text(plain(line), style="yellow"), soft_wrap=True)
    out.print(Text(plain(f"next: qed check {written.spec}")), soft_wrap=True)
    return DONE


def to_wanted(arguments: NewArguments) -> Wanted:
    """Return what the options say of the target. Raises UsageError, Refusal."""
    own = _own(arguments.source) if arguments.source else None
    if own is not None and (arguments.parameters or arguments.returns):
        raise UsageError("--from takes the parameters and their types from the function; leave --parameters and --returns away.")
    if own is not None and arguments.name not in (None, own.name):
        raise UsageError(f"the target is called as the function, {own.name}; leave the name away.")
    name = own.name if own else arguments.name
    if name is None:
        raise UsageError("name the target: qed new NAME; on a terminal it asks for the rest.")
    return Wanted(
        name=name,
        parameters=PARAMETERS if arguments.parameters is None else arguments.parameters,
        returns=RETURNS if arguments.returns is None else arguments.returns,
        require=arguments.require,
        ensure=arguments.ensure,
        result=arguments.result,
        better=arguments.better,
        own=own,
    )


def _own(source: str) -> OwnFunction:
    """Return the function that is to be a baseline. Raises UsageError, Refusal."""
    file, sign, name = source.rpartition("::")
    if not sign or not file or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"--from is FILE::FUNCTION, such as src/sums.py::total; it was {source!a}.")
    try:
        return own_function(read_file(Path(file), "Python"), file, name)
    except LookupError as error:
        raise UsageError(str(error.args[0])) from None


def _written(arguments: NewArguments, wanted: Wanted) -> Written:
    """Check everything, then write both files."""
    family = FAMILY if arguments.family is None else arguments.family
    if not _FAMILY.fullmatch(family):
        raise UsageError(f"--family is the name of a folder below specs/, in lower case; it was {family!a}.")
    spec, test = Path("specs", family, f"{wanted.name}.py"), Path("tests", f"test_{wanted.name}.py")
    if not arguments.force and (there := [str(p) for p in (spec, test) if p.exists()]):
        raise UsageError(f"{' and '.join(there)} {'are' if len(there) > 1 else 'is'} there; --force writes over what is there.")
    made = to_spec_text(wanted, str(spec))
    trial = tried(made.spec)
    text = trial_text(made.spec, trial, spec.as_posix())
    for path, content in ((spec, made.text), (test, text)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return Written(spec, test, made, trial)


def remarks(written: Written) -> list[str]:
    """Return what the author has to know before the spec is judged."""
    out = []
    if written.made.stands_in:
        out.append("the baseline only stands in: write what the function is to do in its place")
    if written.trial.broken is not None:
        names = [p.name for p in written.made.spec.program.parameters]
        shown = ", ".join(f"{n} = {literal(v)}" for n, v in zip(names, written.trial.broken, strict=True))
        out.append(f"it does not meet the contract yet: on {shown or 'no input at all'}")
    elif not written.trial.examples:
        out.append("no allowed input was found; loosen the precondition where it allows none")
    return out


def to_data(written: Written) -> dict[str, object]:
    """Return what was written, for `--json`."""
    return {
        "target": written.made.spec.name,
        "spec": str(written.spec),
        "test": str(written.test),
        "stands_in": written.made.stands_in,
        "meets_contract": written.trial.broken is None,
        "next": f"qed check {written.spec}",
    }


# -- questions ------------------------------------------------------------------------------------------------------------------


def answered(arguments: NewArguments, ask: Callable[[str, str], str]) -> NewArguments:
    """Return the options with answers in the place of what is missing; `ask` takes a question and what an empty answer means."""
    name = arguments.name or ask("name of the function", "")
    family = arguments.family or ask("family, a folder below specs/", FAMILY)
    parameters = ask("parameters, as Python writes them", PARAMETERS)
    returns = ask("type of the result", RETURNS)
    require = _several("what holds of every input, such as n >= 0; empty where that is all", ask)
    ensure = _several("what holds of the result, such as result >= n; empty where that is all", ask)
    return replace(
        arguments, name=name or None, family=family, parameters=parameters, returns=returns, require=require, ensure=ensure
    )


def _several(question: str, ask: Callable[[str, str], str]) -> tuple[str, ...]:
    out: list[str] = []
    while answer := ask(question, ""):
        out.append(answer)
    return tuple(out)


def _ask(question: str, default: str) -> str:
    """Ask on the terminal. Raises KeyboardInterrupt where the input ends."""
    try:
        answer = input(f"{question} [{default}]: " if default else f"{question}: ")
    except EOFError:
        raise KeyboardInterrupt from None
    return answer.strip() or default


