"""The files of a folder in which somebody keeps specs, a graph and the gate that judges it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from loop import __version__
from loop.starting.spec_text import Wanted, to_spec_text
from loop.starting.trial_text import form, trial_text, tried

Ci: TypeAlias = Literal["github", "gitlab", "none"]
SERVICES: Final[tuple[str, ...]] = get_args(Ci)
EXAMPLE: Final = Wanted(
    name="pairs",
    parameters="n: int",
    require=("n >= 0",),
    ensure=("2 * result == n * (n - 1)",),
    says="The number of pairs among n things.",
)
FAMILY: Final = "sums"
NEEDED: Final = ".qed/"
"""a line that a .gitignore must have: a journal is of one machine"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file: its path from the folder, and its text."""

    path: str
    text: str
    only_into: str = ""
    """a folder that must hold nothing yet, "" for none: who has specs needs no example"""


def pieces(ci: str, *, pre_commit: bool) -> tuple[Piece, ...]:
    """Return the files of a folder, in the order in which they are told."""
    place = f"specs/{FAMILY}/{EXAMPLE.name}.py"
    made = to_spec_text(EXAMPLE, place)
    out = [
        Piece(place, made.text, "specs"),
        Piece(f"tests/test_{EXAMPLE.name}.py", trial_text(made.spec, tried(made.spec), place), "specs"),
        Piece("accepted/.gitkeep", "", "accepted"),
        _from_form("policy.toml", "policy.toml"),
        _from_form("requirements.txt", "requirements.txt"),
        _from_form("README.md", "readme.md"),
        _from_form(".gitignore", "gitignore.txt"),
    ]
    if ci == "github":
        out.append(_from_form(".github/workflows/qed.yml", "github.yml"))
    if ci == "gitlab":
        out.append(_from_form(".gitlab-ci.yml", "gitlab.yml"))
    if pre_commit:
        out.append(_from_form(".pre-commit-config.yaml", "pre-commit.yaml"))
    return tuple(out)


def _from_form(path: str, name: str) -> Piece:
    return Piece(path, form(name).substitute(version=__version__))
