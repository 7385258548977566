"""What is true: the half of QED Loop that decides.

A spec file imports its vocabulary from here: `target` marks a baseline, `pure` a total function that contracts may call,
`invariant` and `decreases` annotate loops. They have no effect at run time, so a spec file stays an ordinary Python file.

The data goes in this order, one module a value:
bytes -> Source -> Spec -> Program -> Theory (Lean text) -> Verdict of each gate -> Certificate -> Graph.
"""

from verify.markers import decreases, invariant, pure, target

__all__ = ["decreases", "invariant", "pure", "target"]
