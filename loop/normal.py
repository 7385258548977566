"""One text for all candidates that differ only in names, comments, docstrings and layout."""

import ast
from typing import TypeVar

from verify.canonical import Digest, digest
from verify.source import RESERVED, Source


def normal_text(source: Source, name: str) -> str:
    """Return a function of a checked file, and those that it calls, with all names given anew in the order in which they come.

    Annotations and decorators of the function itself are left out: between versions of one target they cannot differ in
    meaning. KeyError where the file defines no function `name`.
    """
    known = {n.name: n for n in source.tree.body if isinstance(n, ast.FunctionDef)}
    names, texts = {name: "f"}, []
    ahead = [known[name]]
    while ahead:
        # parsed anew, because a Source's tree is not ours to change
        (copy,) = ast.parse(ast.unparse(ahead.pop(0))).body
        called = [n.id for n in ast.walk(copy) if isinstance(n, ast.Name) and n.id in known]
        for n in dict.fromkeys(called):
            if n not in names:
                names[n] = f"f{len(names)}"
                ahead.append(known[n])
        bare = _Normal(dict(names)).visit(copy)
        texts.append(ast.unparse(ast.fix_missing_locations(bare)))
    return "\n".join(texts)


def candidate_digest(target: Digest, text: str, lemmas: bytes) -> Digest:
    """Return the name of a candidate for a spec (`target` is the spec's digest): its normal text and its lemmas."""
    return digest("candidate", {"target": target, "program": text, "lemmas": lemmas})


Block = TypeVar("Block", ast.FunctionDef, ast.If, ast.While, ast.For)


class _Normal(ast.NodeTransformer):
    """Renames what the function binds; names of builtins and proof notes cannot be bound, so they stay."""

    def __init__(self, functions: dict[str, str]) -> None:
        self.names = functions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names[node.name]
        if node.name == "f":
            node.decorator_list, node.returns = [], None
        return self._block(node)

    def visit_If(self, node: ast.If) -> ast.If:
        return self._block(node)

    def visit_While(self, node: ast.While) -> ast.While:
        return self._block(node)

    def visit_For(self, node: ast.For) -> ast.For:
        return self._block(node)

    def visit_Pass(self, _: ast.Pass) -> None:
        return None

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=self._name(node.arg))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return node if node.id in RESERVED else ast.Name(id=self._name(node.id), ctx=node.ctx)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        if isinstance(node.annotation, ast.Subscript):
            # the type of an empty list may stand nowhere else, and decide whether the program is well-typed
            self.generic_visit(node)
            return node
        assign = ast.Assign(targets=[node.target], value=node.value)
        self.generic_visit(assign)
        return assign

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant):
            return None
        self.generic_visit(node)
        return node

    def _block(self, node: Block) -> Block:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def _name(self, name: str) -> str:
        return self.names.setdefault(name, f"v{len(self.names)}")
