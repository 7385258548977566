"""`qed stop`: writes the file that stops every command which works on a graph, or takes it away."""

from dataclasses import dataclass
from pathlib import Path

from loop.budget import stop as write
from loop.budget import stop_files
from loop.commands.common import DONE, print_json
from loop.words import console
from verify.ci_formats import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class StopArguments:
    """What the command line asked for."""

    accepted: Path
    clear: bool
    as_json: bool


def stop(arguments: StopArguments) -> int:
    """Write the stop file of a graph, or remove it; return the exit code. Raises OSError.

    A file in the current directory, which stops runs over every graph, is named and left alone.
    """
    own, here = stop_files(arguments.accepted)
    if arguments.clear:
        own.unlink(missing_ok=True)
    else:
        write(arguments.accepted)
    left = here.exists()
    if arguments.as_json:
        print_json({"file": str(own), "stopped": not arguments.clear or left, "other_file": str(here) if left else None})
        return DONE
    out = console()
    if arguments.clear:
        out.print(f"runs over {plain(str(arguments.accepted))} may begin again.", soft_wrap=True)
    else:
        said = f"{plain(str(own))} stops what works on {plain(str(arguments.accepted))}; `qed stop --clear` takes it away."
        out.print(said, soft_wrap=True)
    if left:
        out.print(f"{here.absolute()} is there, too, and stops every run that is called from here.", soft_wrap=True)
    return DONE
