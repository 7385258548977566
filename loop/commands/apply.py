"""`qed apply`: a function in the user's own repository is improved in place, as a patch."""

import contextlib
import difflib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loop.commands.common import (
    DONE,
    EXIT_CODES,
    REJECT,
    UsageError,
    print_json,
    read_file,
    reason_data,
)
from loop.commands.run import Prepared, plan_of, searched
from loop.commands.run_arguments import RunArguments
from loop.journal import Journal, journal_path
from loop.keep import standing
from loop.own_file import OwnFunction, own_function, own_spec, patched
from loop.suggest import suggested
from loop.target import Target
from loop.words import SHORT, console, line_costs, reason_lines
from verify.ci_formats import plain
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.reasons import Counterexample, NoMeasure, Reason, Refusal
from verify.spec import Spec, to_specs

REQUIRE_IMPORT: Final = "from icontract import require"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyArguments:
    """The options of `apply`: `where` is PATH::FUNCTION, `run` what `qed run` takes for the search.

    `test` is a command that is run before and after the change; `dirty` lets a file be changed that git holds in another form.
    """

    where: str
    write: bool = False
    test: str | None = None
    dirty: bool = False
    run: RunArguments = field(default_factory=RunArguments)


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it: the target of the run, and the new bytes of the file where it was improved.

    `tests` are the exit codes of the tests before and after the change, as far as they were run.
    """

    own: OwnFunction
    target: Target
    reason: Reason | None = None
    new: bytes | None = None
    tests: tuple[int, ...] = ()
    written: bool = False

    @property
    def code(self) -> int:
        """The exit code of the command."""
        if any(self.tests):
            return REJECT
        return EXIT_CODES[self.reason.verdict] if self.reason else DONE


def apply(arguments: ApplyArguments) -> int:
    """Improve a function, print the patch, and write it where that is asked for.

    Returns 0 where it came to its end, with a patch or without; 1 where the function or the tests fail; 3 where the function is
    outside the language or could not be judged. Raises UsageError, Refusal, ToolchainMissing, ProposerFailed, OSError.
    """
    path, name = _place(arguments.where)
    if arguments.test is not None and not arguments.write:
        raise UsageError("--test runs the tests on the changed file; it goes with --write.")
    content = read_file(path, "Python")
    try:
        own = own_function(content, str(path), name)
    except LookupError as error:
        raise UsageError(str(error.args[0])) from None
    if arguments.write and not arguments.dirty:
        _check_clean(path)
    before = _tests(arguments.test, path)
    if before:
        sys.stderr.write("qed: the tests fail before anything is changed; mend them first.\n")
        return _shown(arguments, None, own, REJECT)
    applied = _searched(arguments, own, () if before is None else (before,))
    if applied.new is not None and arguments.write:
        applied = _written(arguments, path, applied)
    return _shown(arguments, applied, own, applied.code)


def _place(where: str) -> tuple[Path, str]:
    file, sign, name = where.rpartition("::")
    if not sign or not file or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"name the function as PATH::FUNCTION, such as src/sums.py::total; it was {where!a}.")
    return Path(file), name


def _searched(arguments: ApplyArguments, own: OwnFunction, tests: tuple[int, ...]) -> Applied:
    """Look for a better version, and make the new bytes of the file from what is accepted."""
    spec_text = own_spec(own)
    try:
        spec = next(s for s in to_specs(spec_text.text.encode(), own.label, DEFAULT) if s.name == own.name)
    except Refusal as refusal:
        raise Refusal(spec_text.told(refusal.reason)) from None
    target = _run(arguments.run, spec)
    if target.stands.head is None or not target.stands.improved:
        reason = spec_text.told(target.reason) if target.reason else None
        return Applied(own, target, reason, tests=tests)
    head = version_of(target.stands.head, spec, DEFAULT)
    return Applied(own, target, None, patched(own, head.source.content), tests)


def _run(options: RunArguments, spec: Spec) -> Target:
    """Run rounds on one target; a baseline that an earlier run refused is judged once more, as its reason is to be told."""
    budget, place = options.to_budget(), journal_path(options.accepted)
    for journal in (Journal(place), _Blank(place)):
        with contextlib.closing(journal):
            rounds, _ = searched(Prepared(options, (), [spec], plan_of(options, budget), journal))
        (target,) = rounds.targets
        if target.recorded is None or target.stands.head is not None:
            break
    target.stands = standing(rounds.graph, spec)
    if rounds.failed and not target.stands.improved:
        raise rounds.failed
    return target


class _Blank(Journal):
    """A journal that remembers nothing of what was judged."""

    def known(self, *_: object) -> None:
        """Return nothing."""


def _check_clean(path: Path) -> None:
    """See to it that a change can be undone. Raises UsageError where the file is not saved, or not as git holds it."""
    real = path.resolve()
    for other in (real.with_name(f".{real.name}.swp"), real.with_name(f".#{real.name}")):
        if os.path.lexists(other):
            raise UsageError(f"{path} is open in an editor ({other.name}); save it and close it there, or use --allow-dirty.")
    try:
        command = ["git", "status", "--porcelain", "--", real.name]
        done = subprocess.run(command, cwd=real.parent, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    except OSError:
        return  # without git there is nothing to compare with
    if done.returncode == 0 and done.stdout.strip():
        raise UsageError(f"{path} has changes that git does not hold; commit them first, or use --allow-dirty.")


def _tests(command: str | None, path: Path) -> int | None:
    """Run the tests in the root of the repository; return their exit code, None where none are asked for. Raises UsageError."""
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--test {command!a} is no command: {error}.") from None
    if not words:
        raise UsageError("--test takes a command, such as 'pytest -q'.")
    folder = next((p for p in path.resolve().parents if (p / ".git").exists()), path.resolve().parent)
    try:
        # what they print is no part of the patch, and goes to stderr
        return subprocess.run(words, cwd=folder, stdout=2, check=False).returncode  # noqa: S603 - the user's
    except OSError as error:
        raise UsageError(f"the tests cannot be started: {words[0]}: {error.strerror}.") from None


def _written(arguments: ApplyArguments, path: Path, applied: Applied) -> Applied:
    """Change the file, run the tests, and take the change back where they fail or are ended."""
    old, new = applied.own.content, applied.new or b""
    if read_file(path, "Python") != old:
        raise UsageError(f"{path} was changed meanwhile; nothing was written.")
    with _taken_back(path, old) as keep:
        _replace(path, new)
        after = _tests(arguments.test, path)
        if not after:
            keep.append(True)
    tests = applied.tests if after is None else (*applied.tests, after)
    return Applied(applied.own, applied.target, applied.reason, new, tests, written=bool(keep))


@contextlib.contextmanager
def _taken_back(path: Path, old: bytes) -> Iterator[list[bool]]:
    """Put the old bytes back at the end, unless something was added to the list that is handed out."""
    keep: list[bool] = []
    try:
        yield keep
    finally:
        if not keep and path.read_bytes() != old:
            _replace(path, old)


def _replace(path: Path, content: bytes) -> None:
    """Write a file at once, with the mode that it has."""
    real = path.resolve()
    fresh = real.with_name(f".{real.name}.qed-{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.chmod(real.stat().st_mode & 0o7777)
        fresh.replace(real)
    finally:
        fresh.unlink(missing_ok=True)


# -- what people see ------------------------------------------------------------------------------------------------------------


def patch_text(label: str, old: bytes, new: bytes) -> str:
    """Return a unified diff, as `git apply` and `patch -p1` take it."""
    a, b = (c.decode().splitlines(keepends=True) for c in (old, new))
    name = label.removeprefix("./")
    lines = difflib.unified_diff(a, b, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _shown(arguments: ApplyArguments, applied: Applied | None, own: OwnFunction, code: int) -> int:
    """Print what came of it: the patch on stdout, all else on stderr; or one object with `--json`."""
    patch = patch_text(own.label, own.content, applied.new) if applied and applied.new is not None else None
    if arguments.run.as_json:
        print_json(_data(arguments, applied, own, patch, code))
        return code
    if patch is not None:
        sys.stdout.write(patch)
    out = console(stderr=True)
    for line in _lines(arguments, applied) if applied else ():
        out.print(plain(line), soft_wrap=True)
    return code


def _lines(arguments: ApplyArguments, applied: Applied) -> Iterator[str]:
    target, where = applied.target, f"{applied.own.label}::{applied.own.name}"
    if applied.reason is not None:
        yield f"{applied.reason.verdict}  {where}"
        yield from (f"  {line}" for line in reason_lines(applied.reason, ""))
        yield from (f"  {line}" for line in _advice(applied))
        return
    head = target.stands.head
    if applied.new is None or head is None or head.certificate is None:
        yield f"{target.outcome if target.held else 'no improvement found'}  {where}"
        return
    yield f"improved  {where}"
    costs = line_costs(target.stands)
    known = f", cost: {costs} ticks" if costs.old or costs.new else ""
    yield f"  tier {head.certificate.tier}, order {target.stands.order}{known}"
    yield f"  in the graph {arguments.run.accepted} as {head.id[:SHORT]}"
    if any(applied.tests):
        yield f"  taken back: the tests fail with it (exit code {applied.tests[-1]})"
    elif applied.written:
        yield "  written" + (", and the tests pass" if applied.tests else "")
    else:
        yield "  not written; --write changes the file"


def _advice(applied: Applied) -> Iterator[str]:
    """Yield which precondition would help, where the function raises or does not end."""
    if isinstance(applied.reason, Counterexample | NoMeasure) and (found := suggested(applied.target.spec, DEFAULT)):
        yield f"If such inputs are not meant, say so above the function: {found}, with `{REQUIRE_IMPORT}`."


def _data(
    arguments: ApplyArguments, applied: Applied | None, own: OwnFunction, patch: str | None, code: int
) -> dict[str, object]:
    head = applied.target.stands.head if applied else None
    certificate = head.certificate if head and patch is not None else None
    costs = line_costs(applied.target.stands) if applied and patch is not None else None
    tests = applied.tests if applied else (1,)
    advice = list(_advice(applied)) if applied else []
    return {
        "file": own.label,
        "function": own.name,
        "improved": patch is not None,
        "tier": certificate.tier if certificate else None,
        "order": applied.target.stands.order if applied and patch is not None else None,
        "cost": {"old": costs.old if costs else None, "new": costs.new if costs else None},
        "node": head.id if head and patch is not None else None,
        "accepted_folder": str(arguments.run.accepted),
        "patch": patch,
        "written": bool(applied and applied.written),
        "tests": {"before": tests[0] if tests else None, "after": tests[1] if len(tests) > 1 else None},
        **reason_data(applied.reason if applied else None),
        "advice": advice[0] if advice else None,
        "exit_code": code,
    }
