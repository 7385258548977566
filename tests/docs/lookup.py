"""Whether a command of the documentation exists, with each of its options; nothing is run."""

import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer

from loop.cli import app
from tests.docs.commands import PROGRAMS, program

ROOT = Path(__file__).resolve().parent.parent.parent


def fault(words: Sequence[str], *, whole: bool = True) -> str | None:
    """Return what is wrong with a command, or None. One that is not `whole` may lack arguments, as in running text."""
    match [program(words[0]), *words[1:]] if words else []:
        case ["qed", *rest]:
            return _fault_of_qed(rest, whole=whole)
        case ["make", *rest]:
            unknown = [w for w in rest if "=" not in w and w not in targets()]
            return f"make has no target {unknown[0]}" if unknown else None
        case ["gate", _, _, *rest]:
            return _fault_of_qed(["ci", *rest], whole=whole)
        case ["python" | "python3", *rest]:
            return _fault_of_python(rest)
        case [name, *_]:
            return None if name in PROGRAMS else f"{name} is no program that the documentation may show; PROGRAMS lists them"
    return "there is no command"


def _fault_of_qed(words: list[str], *, whole: bool) -> str | None:
    command: Any = typer.main.get_command(app)
    path = "qed"
    while hasattr(command, "commands"):
        if not words or words[0].startswith("-"):
            known = {"--help", *(name for p in command.params for name in p.opts)}
            return None if not words or words[0] in known else f"{path} has no option {words[0]}"
        if words[0] not in command.commands:
            return f"{path} has no command {words[0]}"
        path, command, words = f"{path} {words[0]}", command.commands[words[0]], words[1:]
    if words == ["--help"]:
        return None
    context = command.context_class(command, info_name=path)
    try:
        found, left, _ = command.make_parser(context).parse_args(list(words))
    except Exception as refused:  # noqa: BLE001 - the parser's own refusals have no public base
        if not whole and words[-1].startswith("-") and "requires an argument" in str(refused):
            return None
        return f"{path}: {refused}"
    if left:
        return f"{path} takes no further argument {left[0]}"
    missing = [p.name for p in command.params if p.required and found.get(p.name) in (None, (), [])]
    return f"{path} needs {missing[0]}" if whole and missing else None


def _fault_of_python(words: list[str]) -> str | None:
    """Say what is wrong with a call of Python: the module or the file must be there, and name the options in its text."""
    match [w for w in words if w not in {"-I", "-S"}]:
        case ["-m", "pip" | "venv" | "pytest" | "build", *_] | ["-c", *_] | ["-", *_]:
            return None
        case ["-m", module, *_] if module.partition(".")[0].isupper():
            return None  # it stands for a module of the reader's
        case ["-m", module, *options]:
            path = ROOT.joinpath(*module.split("."))
            file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        case [name, *options]:
            file = ROOT / name
        case _:
            return "python is given nothing"
    if not file.is_file():
        return f"there is no {file.relative_to(ROOT)}"
    known = file.read_text()
    unknown = [o for o in options if o.startswith("--") and o != "--help" and f'"{o}"' not in known]
    return f"{file.name} knows no option {unknown[0]}" if unknown else None


@cache
def targets() -> frozenset[str]:
    """Return the targets of the Makefile that its help lists."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return frozenset(re.findall(r"^make ([\w-]+) ", done.stdout, re.MULTILINE))
