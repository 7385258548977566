"""Cells that hold a spec or a candidate: `%%qed_spec` and `%%qed_candidate`, after `%load_ext loop.notebook`.

The text of a cell is never run by the kernel. It goes to a file, as it stands, and the judge reads that.
"""

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol

from loop.notebook.specs import Targets, targets_of
from loop.notebook.trouble import Trouble, told
from loop.notebook.verdicts import Verdict, check
from verify.ci_formats import plain

SPEC, CANDIDATE = "qed_spec", "qed_candidate"


class Shell(Protocol):
    """What is needed of IPython's shell."""

    user_ns: dict[str, Any]

    def register_magic_function(self, func: Callable[[str, str], Any], magic_kind: str, magic_name: str) -> None:
        """Make a function a magic."""
        ...


class _Options(argparse.ArgumentParser):
    """The options of a magic; what is wrong with them is one line."""

    def error(self, message: str) -> NoReturn:
        raise Trouble(plain(f"%%{self.prog}: {message}; %%{self.prog} --help lists the options."))

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        del status
        raise Trouble(plain((message or "").strip()) or "that was the help; the cell was not judged.")


class Cells:
    """The magics of one shell; a candidate is about the spec of the last cell that held one, where none is named."""

    def __init__(self, shell: Shell) -> None:
        """Begin without a spec."""
        self._shell = shell
        self._last: Targets | None = None

    def spec(self, line: str, cell: str) -> Targets:
        """Read the cell as a spec file, show it, and leave it under a name."""
        options = _SPEC.parse_args(_words(line))
        name = _identifier(options.name)
        with told():
            self._last = targets_of(cell.encode(errors="surrogatepass"), options.accepted, f"{name or 'spec'}.py")
        if name:
            self._shell.user_ns[name] = self._last
        return self._last

    def candidate(self, line: str, cell: str) -> Verdict:
        """Judge the cell as a candidate, and leave the verdict under a name."""
        options = _CANDIDATE.parse_args(_words(line))
        name = _identifier(options.name)
        found = check(
            self._spec(options.spec), cell.encode(errors="surrogatepass"), function=options.function, accepted=options.accepted,
            admit=options.admit, order=options.order, lemmas=self._lemmas(options.lemmas), lean=options.lean,
        )  # fmt: skip
        if name:
            self._shell.user_ns[name] = found
        return found

    def _spec(self, named: str | None) -> Targets | Path | str:
        """Return the spec that is meant: what a variable holds, a file, or the last cell's."""
        if named is None:
            if self._last is None:
                raise Trouble(f"there is no spec yet; write one in a cell %%{SPEC}, or name one with --spec.")
            return self._last
        value = self._shell.user_ns.get(named)
        return value if isinstance(value, Targets | Path | str) else Path(named)

    def _lemmas(self, named: str | None) -> str | None:
        if named is None:
            return None
        value = self._shell.user_ns.get(named)
        if not isinstance(value, str):
            raise Trouble(plain(f"--lemmas {named!a} names no variable with a text in it."))
        return value


def load_ipython_extension(shell: Shell) -> None:
    """Add the magics to a shell."""
    cells = Cells(shell)
    shell.register_magic_function(cells.spec, "cell", SPEC)
    shell.register_magic_function(cells.candidate, "cell", CANDIDATE)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise Trouble(plain(f"the first line of the cell does not read: {error}.")) from None


def _identifier(name: str | None) -> str | None:
    if name is not None and not name.isidentifier():
        raise Trouble(plain(f"{name!a} is no name for a variable."))
    return name


def _of_spec() -> _Options:
    made = _Options(prog=SPEC, description="Read the cell as a spec file and show it.", allow_abbrev=False)
    made.add_argument("name", nargs="?", metavar="NAME", help="variable to leave it in")
    made.add_argument("--accepted", metavar="DIR", help="the graph of the accepted versions that it calls")
    return made


def _of_candidate() -> _Options:
    made = _Options(prog=CANDIDATE, description="Judge the cell as a candidate.", allow_abbrev=False)
    made.add_argument("name", nargs="?", metavar="NAME", help="variable to leave the verdict in")
    made.add_argument("--spec", metavar="SPEC", help="a variable or a file; default: the last cell with a spec")
    made.add_argument("--function", metavar="NAME", help="which target of the spec file")
    made.add_argument("--accepted", metavar="DIR", help="judge against the head in this graph")
    made.add_argument("--admit", action="store_true", help="add it to the graph if it is accepted")
    made.add_argument("--order", metavar="ORDER", help="prove this order and no other")
    made.add_argument("--lemmas", metavar="NAME", help="a variable with Lean text for the proof")
    made.add_argument("--lean", metavar="KIND", default="auto", help="whose Lean kernel decides: auto, native or portable")
    return made


_SPEC: Final = _of_spec()
_CANDIDATE: Final = _of_candidate()
