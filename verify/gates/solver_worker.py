"""Decides: the process in which one solver of the tier smt answers; it reads scripts and hands on what the solver says.

It is given one JSON object on standard input and writes one JSON line for each question, in order, until one has another answer
than the claim needs. It is stopped by its own limits on memory and processor time, and by the caller's clock.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

Ask = Callable[[str], str]
"""takes further commands of SMT-LIB and returns what the solver prints"""
_VALUE: Final = re.compile(r"\(\s*([a-z0-9_]+)\s+(#b[01]+|#x[0-9a-fA-F]+|true|false)\s*\)")


def z3_asker() -> Ask:
    """Return a fresh Z3."""
    import z3  # type: ignore[import-untyped]  # noqa: PLC0415 - each process needs one of the two solvers

    context = z3.Context()
    return lambda text: str(z3.Z3_eval_smtlib2_string(context.ref(), text))


def cvc5_asker() -> Ask:
    """Return a fresh cvc5."""
    import cvc5  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    solver = cvc5.Solver(cvc5.TermManager())
    # all bits at once: the lazy way takes minutes where branches depend on bits, and this one a second
    solver.setOption("bitblast", "eager")
    parser = cvc5.InputParser(solver)
    parser.setIncrementalStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "obligation")

    def ask(text: str) -> str:
        parser.appendIncrementalStringInput(text)
        said = []
        while not (command := parser.nextCommand()).isNull():
            said.append(str(command.invoke(solver, parser.getSymbolManager())))
        return "".join(said)

    return ask


SOLVERS: Final[dict[str, Callable[[], Ask]]] = {"z3": z3_asker, "cvc5": cvc5_asker}


def main() -> None:
    """Read the job, answer its questions, end."""
    job = json.loads(sys.stdin.read())
    resource.setrlimit(resource.RLIMIT_AS, (job["bytes"], job["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"] + 1, job["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for question, script, due in job["questions"]:
        said, model = answer(SOLVERS[job["solver"]](), script, job["names"])
        line: dict[str, Any] = {"nonce": job["nonce"], "question": question, "script": job["digests"][question], "answer": said}
        sys.stdout.write(json.dumps(line if model is None else {**line, "model": model}) + "\n")
        sys.stdout.flush()
        if said != due:
            break


def answer(ask: Ask, script: str, names: Sequence[str]) -> tuple[str, dict[str, str] | None]:
    """Return a solver's answer, and the values of some names where it is `sat`; all but `sat` and `unsat` is `unknown`."""
    said = ask(script).strip()
    if said != "sat":
        return ("unsat" if said == "unsat" else "unknown"), None
    found = dict(_VALUE.findall(ask(f"(get-value ({' '.join(names)}))\n"))) if names else {}
    return said, found
