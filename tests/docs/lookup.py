"""Whether a command of the documentation exists, with each of its options; nothing is run."""

import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer

from loop.cli import app

ROOT = Path(__file__).resolve().parent.parent.parent
OTHERS = {"pip", "git", "pre-commit", "docker", "ray", "cat", "cd", "ls"}
"""programs of others, which are not looked into"""


def fault(words: Sequence[str], *, whole: bool = True) -> str | None:
    """Return what is wrong with a command, or None. One that is not `whole` may lack arguments, as in running text."""
    match list(words):
        case ["qed" | ".venv/bin/qed", *rest]:
            return _fault_of_qed(rest, whole=whole)
        case ["make", *rest]:
            unknown = [w for w in rest if "=" not in w and w not in targets()]
            return f"make has no target {unknown[0]}" if unknown else None
        case [".ci/gate", _, _, *rest]:
            return _fault_of_qed(["ci", *rest], whole=whole)
        case [program, *rest] if Path(program).name in {"python", "python3"}:
            return _fault_of_python(rest)
        case [program, *_] if program in OTHERS:
            return None
        case [program, *_]:
            return f"{program} is no program that the documentation may show; tests/docs/lookup.py lists them"
    return "there is no command"


def _fault_of_qed(words: list[str], *, whole: bool) -> str | None:
    command: Any = typer.main.get_command(app)
    path = "qed"
    while hasattr(command, "commands"):
        if not words or words[0].startswith("-"):
            return None if words in ([], ["--help"], ["--version"]) else f"{path} has no option {words[0]}"
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
        case ["-m", "pip" | "venv" | "pytest", *_] | ["-c", *_] | ["-", *_]:
            return None
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
