"""Refuses only: what a refusal tells to write in place of a construct that is not in the language."""

import ast
from typing import Final

NEAREST: Final[dict[type[ast.AST], str]] = {
    ast.Div: "`/` makes a float; write `//` for floor division.",
    ast.MatMult: "Write the sum out: `sum(xs[i] * ys[i] for i in range(len(xs)))`.",
    ast.Assert: "Assertions vanish under -O; state it as a contract.",
    ast.Import: "Only imports from icontract, typing and verify may stand in a file: `from icontract import ensure, require`.",
    ast.NamedExpr: "Assign on a line of its own.",
    ast.Is: "Write `==`; identity of ints is no part of the language.",
    ast.IsNot: "Write `!=`; identity of ints is no part of the language.",
    ast.Try: "Guard the operation with an `if` instead.",
    ast.Raise: "Say in `@require` which inputs are allowed.",
    ast.Match: "Write an `if`/`elif` chain.",
    ast.With: "There is nothing to open or close; write the lines without it.",
    ast.Dict: "Use a list of values, or of tuples (key, value).",
    ast.DictComp: "Use a list of values, or of tuples (key, value).",
    ast.Set: "Use a list, and `in`.",
    ast.SetComp: "Use a list, and `in`.",
    ast.JoinedStr: "Strings are no part of the language; return the ints.",
    ast.ClassDef: "Use tuples for records, and write the code in the function.",
    ast.Delete: "Write `xs = xs[:i] + xs[i + 1:]`, or `xs.pop()` for the last element.",
    ast.Global: "Take what is needed as a parameter, and return what is made.",
    ast.Nonlocal: "Take what is needed as a parameter, and return what is made.",
    ast.Starred: "Name each component, or write `left + right` for lists.",
    ast.Yield: "Append to a list, and return it.",
    ast.YieldFrom: "Extend a list, and return it.",
    ast.Await: "Write a plain function.",
    ast.AsyncFunctionDef: "Write a plain function.",
    ast.AsyncFor: "Write a plain `for`.",
    ast.AsyncWith: "There is nothing to open or close; write the lines without it.",
}
"""what to write in place of kinds of nodes that may not stand in a file at all"""
LITERALS: Final[dict[type, str]] = {
    float: "Use ints, scaled if need be; `//` divides.",
    complex: "Use a tuple of two ints.",
    bytes: "Use a list of ints.",
    type(None): "Return a value of the declared type, or a tuple with a bool in it.",
    type(...): "Write `pass` for an empty block.",
}
"""what to write in place of literals that are no ints or bools, by type."""
METHODS: Final = {
    "insert": "Write `xs = xs[:i] + [x] + xs[i:]`.", "remove": "Write a loop, or a comprehension with a test.",
    "sort": "Write the sort out.", "reverse": "Write `xs = xs[::-1]`.", "clear": "Write `xs = []`.",
    "index": "Write a loop over range(len(xs)).", "pop": "Write `x = xs.pop()` on a line of its own; of others make a new list.",
    "append": "Write `xs.append(x)` on a line of its own, for a list that has a name.",
    "extend": "Write `xs.extend(ys)` on a line of its own, for a list that has a name.",
    "count": "Write `xs.count(x)`.", "copy": "Write `xs.copy()`, where its value is used.",
}  # fmt: skip
"""what to write where a method stands in another place or form than the language has"""
_TEXT: Final = "Strings are no part of the language; use ints."
CALLS: Final = {
    "enumerate": "Go over range(len(xs)), and write `xs[i]`.", "zip": "Go over range(len(xs)), and write `xs[i]` and `ys[i]`.",
    "map": "Write `[... for x in xs]`.", "filter": "Write `[x for x in xs if ...]`.", "reversed": "Write `xs[::-1]`.",
    "range": "Write `list(range(...))`, or go over it.", "int": "Ints need no conversion; of a bool write `1 if p else 0`.",
    "bool": "Write `x != 0`.", "float": "Use ints; `//` divides.", "round": "Use ints; `(2 * a + b) // (2 * b)` is near a / b.",
    "str": _TEXT, "repr": _TEXT, "chr": _TEXT, "ord": _TEXT, "print": "Return the value.", "input": "Take a parameter.",
    "isinstance": "The annotations say what it is.", "type": "The annotations say what it is.", "tuple": "Write `(a, b)`.",
    "set": "Use a list, and `in`.", "dict": "Use a list of tuples (key, value).",
    "next": "Write a loop.", "iter": "Write a loop.",
}  # fmt: skip
"""what to write in place of the builtins that are not in the language"""
ARITIES: Final = {
    "divmod": "Write `divmod(a, b)`.", "pow": "Write `pow(a, b)` or `pow(a, b, m)`.", "list": "Write `[]`, or `list(xs)`.",
    "min": "Write `min(a, b)` or `min(xs)`.", "max": "Write `max(a, b)` or `max(xs)`.",
}
"""what to write where a builtin has another number of arguments than the language has"""
PLACES: Final[dict[type[ast.expr], str]] = {
    ast.Constant: _TEXT, ast.Lambda: "Write its expression where it is used.", ast.Attribute: "Call it, or index a list.",
    ast.GeneratorExp: "Put it into sum, min, max, all or any, or write a list: `[... for ...]`.",
    ast.Tuple: "Write at least two components.",
}  # fmt: skip
"""what to write in place of expressions that stand only in certain places"""


def instead(node: ast.stmt) -> str:
    """Return what to write in place of a statement that is not in the language."""
    match node:
        case ast.FunctionDef():
            return "Write its code where it is used."
        case ast.ImportFrom():
            return "Imports stand at the top of the file."
        case ast.Expr(value=ast.Call(func=ast.Name(id="invariant" | "decreases"))):
            return "Such lines come first in a loop's body, and have one argument."
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in CALLS:
            return CALLS[name]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Subscript()))):
            return "Write `xs[i] = xs[i] + [x]`."
    return "Assign its value to a name, or delete the line."
