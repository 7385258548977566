"""Writes docs/command-line.md from the commands themselves: `python -m tests.command_page` writes it, a test holds it to them."""

import re
from pathlib import Path

from typer.main import get_command

from loop.cli import app
from loop.command_table import COMMANDS, FIRST_STEPS, PANELS
from loop.command_tree import Tree, leaves

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "command-line.md"
CODES = (
    ("0", "accept, or done"),
    ("1", "reject: something is wrong, and the message says what"),
    ("2", "wrong usage"),
    ("3", "decline: it could not be decided"),
    ("4", "error: a tool is missing or broken, a folder cannot be written, or this program has a bug"),
    ("130", "ended by Ctrl-C"),
)
VARIABLES = (
    ("NO_COLOR", "no colours, as `--no-color` has it; `TERM=dumb` has it, too"),
    ("QED_NO_SANDBOX", "`1`: programs may run without a sandbox where none works"),
    ("QED_DEBUG", "`1`: show where an unforeseen error came from"),
    ("QED_API_KEY", "the key for the endpoint in `QED_MODEL_URL` or `--base-url`"),
    ("QED_MODEL", "the models of `--proposer openai`, where `--model` names none"),
    ("QED_MODEL_URL", "the endpoint of the models"),
    ("OPENAI_API_KEY", "the key for the endpoint in `OPENAI_BASE_URL`, or for OpenAI's own"),
    ("OPENAI_BASE_URL", "the endpoint of the models, where `QED_MODEL_URL` names none"),
    ("QED_ACCEPTED", "the graph from which plain Python reads accepted components; default: accepted"),
    ("QED_SELF", "`0`: the loop's own functions run as written, none as the version accepted for it"),
    ("QED_CACHE", "where the portable Lean is kept; default: qedloop in `XDG_CACHE_HOME`"),
    ("XDG_CACHE_HOME", "where caches are kept; default: ~/.cache"),
)
"""each is read by a module of loop/ or verify/"""


def page() -> str:
    """Return the page."""
    tree = get_command(app)
    if not isinstance(tree, Tree):
        raise TypeError("the commands are a tree")
    lines = ["# The command line", "", "The first steps:", ""]
    width = max(len(call) for call, _ in FIRST_STEPS)
    lines += [f"    {call.ljust(width)}   # {line}" for call, line in FIRST_STEPS]
    lines += ["", *_HELP.strip("\n").split("\n"), ""]
    found = dict(leaves(tree))
    for panel in PANELS:
        rows = [(path, listed) for path, listed in COMMANDS.items() if listed.panel == panel and path in found]
        if rows:
            lines += [f"## {panel}", "", "| command | does |", "|---|---|"]
            lines += [f"| `qed {path}{_arguments(found[path])}` | {listed.line} |" for path, listed in rows]
            lines.append("")
    lines += ["## Output", "", *_OUTPUT.strip("\n").split("\n"), "", "| exit code | means |", "|---|---|"]
    lines += [f"| {code} | {means} |" for code, means in CODES]
    lines += ["", "`qed explain REFUSAL`, such as `qed explain CostNotLower`, says what a refusal means and what helps.", ""]
    lines += ["## Environment", "", "| variable | means |", "|---|---|"]
    lines += [f"| `{name}` | {means} |" for name, means in VARIABLES]
    return "\n".join(lines) + "\n"


_HELP = """
`qed COMMAND --help` has every option of a command, and examples. `qed --install-completion` has the shell complete commands,
options, targets, nodes and refusals. [Starting](starting.md) is about the first of them.
"""
_OUTPUT = """
With `--json`, which every command has, exactly one object goes to stdout, of wrong usage and of Ctrl-C, too: then with `reason`,
`message` and `exit_code`. A refusal has `next`, the steps that help. Messages and progress go to stderr. What goes into a pipe or
a file is text without colours and without progress; a terminal gets no colours with `--no-color`, `NO_COLOR=1` or `TERM=dumb`.
Ctrl-C ends any command with one line; what was accepted until then is in the graph, and `qed resume` goes on with a run.
"""


def _arguments(command: object) -> str:
    """Return the arguments of a command, those that may be left away in brackets."""
    params = getattr(command, "params", [])
    names = [(str(p.metavar or p.name.upper()), p.required, p.nargs) for p in params if p.param_type_name == "argument"]
    return "".join(f" {n}" if due else f" [{n}{'...' if many != 1 else ''}]" for n, due, many in names)


def undocumented() -> set[str]:
    """Return the variables of the environment that the code names and the page does not."""
    code = "".join(p.read_text(encoding="utf-8") for top in ("loop", "verify") for p in (ROOT / top).rglob("*.py"))
    named = set(re.findall(r'"((?:QED|OPENAI)_[A-Z_]+|NO_COLOR|XDG_[A-Z_]+)"', code))
    return named - {name for name, _ in VARIABLES}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
