"""LeanDojo's types of an interaction; importing them takes seconds, so only what opens goals does, and late.

LeanDojo makes its cache folder when it is first imported. Of two processes that do so at once, one finds that the other has made
it in the meantime, and fails; a second import then finds the folder.
"""

try:
    from lean_dojo import (  # type: ignore[import-untyped]  # it brings no types
        LeanError,
        ProofFinished,
        ProofGivenUp,
        TacticState,
        TracedRepo,
    )
except FileExistsError:
    from lean_dojo import LeanError, ProofFinished, ProofGivenUp, TacticState, TracedRepo

__all__ = ["LeanError", "ProofFinished", "ProofGivenUp", "TacticState", "TracedRepo"]
