"""Reference runs of Lean functions: values of terms at small points, by `#eval` in a session that searches.

What a run says is a hint for whoever looks for lemmas and never evidence. A function that this Lean cannot compile, or that takes
long at tiny points, has no values.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from loop.bench import BenchLost
from loop.lean_defs import bare, split_top, tokens
from verify.session import Elaboration, Session, SessionLost

Value: TypeAlias = "int | bool | tuple[Value, ...] | list[Value]"
"""a number, a flag, a pair of more, or a list, as Lean's `Nat`, `Int`, `Bool`, `×` and `List`"""
Point: TypeAlias = "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Query:
    """A term over named variables with their types, and the points at which its value is wanted, small ones first."""

    variables: tuple[tuple[str, str], ...]
    term: str
    points: tuple[Point, ...]


Evaluate: TypeAlias = "Callable[[Sequence[Query]], list[list[Value] | None]]"
"""Gives the values of each query at its points, None where there are none."""

TINY: Final = 6
"""points of each query that are run before the others"""
TINY_SECONDS: Final = 4.0
"""wall clock of the tiny points of a request, above which the others are not run"""
SECONDS: Final = 20.0
"""wall clock of one request"""
MOST_POINTS: Final = 400
MOST_QUERIES: Final = 60
HUGE: Final = 10**60
"""a larger number is given up, with its query"""

BASE: Final = 1 << 16
"""a number of a point lies below it; an Int within half of it on either side"""
_LIBRARY: Final = {
    "append": "qAppend", "reverse": "qReverse", "map": "qMap", "filter": "qFilter", "length": "qLength", "sum": "qSum",
    "replicate": "qReplicate", "take": "qTake", "drop": "qDrop", "foldl": "qFoldl", "foldr": "qFoldr", "range": "qRange",
    "zip": "qZip", "flatten": "qFlatten", "flatMap": "qFlatMap", "count": "qCount", "all": "qAll", "any": "qAny",
    "contains": "qContains",
}  # fmt: skip
"""list functions of Lean's library that cannot be compiled here, and what stands for them"""
_PRELUDE: Final = """namespace QED.Runs
class Enc (α : Type) where
  enc : α → List Int → List Int
instance (priority := high) : NatCast Int := ⟨fun n => Int.ofNat n⟩
instance (priority := high) : IntCast Int := ⟨fun n => n⟩
instance : Enc Nat := ⟨fun n k => 0 :: (if n < HUGE then Int.ofNat n else -HUGE) :: k⟩
instance : Enc Int := ⟨fun n k => 0 :: (if n < HUGE then (if -HUGE < n then n else -HUGE) else -HUGE) :: k⟩
instance : Enc Bool := ⟨fun b k => 1 :: (if b then 1 else 0) :: k⟩
instance {α β : Type} [Enc α] [Enc β] : Enc (α × β) := ⟨fun p k => 2 :: Enc.enc p.1 (Enc.enc p.2 k)⟩
def encs {α : Type} [Enc α] : List α → List Int → List Int
  | [], k => 4 :: k
  | x :: xs, k => 3 :: Enc.enc x (encs xs k)
instance {α : Type} [Enc α] : Enc (List α) := ⟨encs⟩
def runs {α β : Type} [Enc β] (f : α → β) : List α → List Int
  | [] => []
  | x :: xs => Enc.enc (f x) (runs f xs)
class Dec (α : Type) where
  dec : Nat → α × Nat
instance : Dec Nat := ⟨fun x => (x % BASE, x / BASE)⟩
instance : Dec Int := ⟨fun x => (Int.ofNat (x % BASE) - BASE / 2, x / BASE)⟩
instance : Dec Bool := ⟨fun x => (x % BASE == 1, x / BASE)⟩
instance {α β : Type} [Dec α] [Dec β] : Dec (α × β) := ⟨fun x =>
  let p := Dec.dec (α := α) x
  let q := Dec.dec (α := β) p.2
  ((p.1, q.1), q.2)⟩
def decs {α : Type} [Dec α] : Nat → Nat → List α × Nat
  | 0, x => ([], x)
  | n + 1, x =>
    let p := Dec.dec (α := α) x
    let q := decs n p.2
    (p.1 :: q.1, q.2)
instance {α : Type} [Dec α] : Dec (List α) := ⟨fun x => decs (x % BASE) (x / BASE)⟩
end QED.Runs
def List.qOnto {α : Type} : List α → List α → List α
  | [], ys => ys
  | x :: xs, ys => List.qOnto xs (x :: ys)
def List.qReverse {α : Type} (xs : List α) : List α := List.qOnto xs []
def List.qAppend {α : Type} (xs ys : List α) : List α := List.qOnto (List.qReverse xs) ys
def List.qMap {α β : Type} (f : α → β) : List α → List β
  | [] => []
  | x :: xs => f x :: List.qMap f xs
def List.qFilter {α : Type} (p : α → Bool) : List α → List α
  | [] => []
  | x :: xs => if p x then x :: List.qFilter p xs else List.qFilter p xs
def List.qFoldr {α β : Type} (f : α → β → β) (e : β) : List α → β
  | [] => e
  | x :: xs => f x (List.qFoldr f e xs)
def List.qFoldl {α β : Type} (f : β → α → β) (e : β) : List α → β
  | [] => e
  | x :: xs => List.qFoldl f (f e x) xs
def List.qLength {α : Type} (xs : List α) : Nat := List.qFoldl (fun n _ => n + 1) 0 xs
def List.qAll {α : Type} (xs : List α) (p : α → Bool) : Bool := List.qFoldl (fun b x => b && p x) true xs
def List.qAny {α : Type} (xs : List α) (p : α → Bool) : Bool := List.qFoldl (fun b x => b || p x) false xs
def List.qContains {α : Type} [BEq α] (xs : List α) (x : α) : Bool := List.qAny xs (· == x)
def List.qDrop {α : Type} : Nat → List α → List α
  | 0, xs => xs
  | _, [] => []
  | n + 1, _ :: xs => List.qDrop n xs
class QSum (α : Type) where
  sum : List α → α
def List.qNatSum : List Nat → Nat
  | [] => 0
  | x :: xs => x + List.qNatSum xs
instance : QSum Nat := ⟨fun xs => List.qNatSum xs⟩
def List.qIntSum : List Int → Int
  | [] => 0
  | x :: xs => x + List.qIntSum xs
instance : QSum Int := ⟨fun xs => List.qIntSum xs⟩
def List.qSum {α : Type} [QSum α] (xs : List α) : α := QSum.sum xs
def List.qReplicate {α : Type} : Nat → α → List α
  | 0, _ => []
  | n + 1, x => x :: List.qReplicate n x
def List.qTake {α : Type} : Nat → List α → List α
  | 0, _ => []
  | _, [] => []
  | n + 1, x :: xs => x :: List.qTake n xs
def List.qRangeOnto : Nat → List Nat → List Nat
  | 0, xs => xs
  | n + 1, xs => List.qRangeOnto n (n :: xs)
def List.qRange (n : Nat) : List Nat := List.qRangeOnto n []
def List.qZip {α β : Type} : List α → List β → List (α × β)
  | x :: xs, y :: ys => (x, y) :: List.qZip xs ys
  | _, _ => []
def List.qFlatten {α : Type} (xs : List (List α)) : List α := List.qFoldr List.qAppend [] xs
def List.qFlatMap {α β : Type} (f : α → List β) (xs : List α) : List β := List.qFlatten (List.qMap f xs)
def List.qCount {α : Type} [BEq α] (x : α) (xs : List α) : Nat := List.qLength (List.qFilter (· == x) xs)
class QEq (α : Type) where
  dec : (x y : α) → Decidable (x = y)
instance : QEq Nat := ⟨fun x y =>
  if h : x ≤ y then if h2 : y ≤ x then isTrue (by omega) else isFalse (by omega) else isFalse (by omega)⟩
instance : QEq Int := ⟨fun x y =>
  if h : x ≤ y then if h2 : y ≤ x then isTrue (by omega) else isFalse (by omega) else isFalse (by omega)⟩
instance : QEq Bool := ⟨fun x y => if h : x = y then isTrue h else isFalse h⟩
def List.qDecEq {α : Type} [QEq α] : (xs ys : List α) → Decidable (xs = ys)
  | [], [] => isTrue rfl
  | [], _ :: _ => isFalse (by simp)
  | _ :: _, [] => isFalse (by simp)
  | x :: xs, y :: ys => match QEq.dec x y with
    | isFalse h => isFalse (by simp [h])
    | isTrue h => match List.qDecEq xs ys with
      | isFalse h' => isFalse (by simp [h'])
      | isTrue h' => isTrue (by rw [h, h'])
instance (priority := high) {α : Type} [QEq α] : DecidableEq (List α) := List.qDecEq
instance (priority := high) {α : Type} : Append (List α) := ⟨List.qAppend⟩
instance (priority := high) {α : Type} : HAppend (List α) (List α) (List α) := ⟨List.qAppend⟩
"""


class Runs:
    """Runs the functions of some definitions; it is an `Evaluate`. Close it to free what it holds in the session."""

    def __init__(self, session: Session, base: int, definitions: Sequence[str]) -> None:
        """Take an environment of a session that has Lean's library, and `def`s to put on top of it when first asked.

        The texts are elaborated as they stand: they must have passed the allow-list of proofs before.
        """
        self._session, self._base = session, base
        self._definitions = tuple(definitions)
        self._env: int | None = None
        self._failed = False
        self._names = {m[1] for text in self._definitions if (m := re.match(r"\s*def (\S+)", text))}
        self._quick: set[str] = {""}
        """functions that have run at all their points before"""

    def __call__(self, queries: Sequence[Query]) -> list[list[Value] | None]:
        """Return the values of each query. Raises BenchLost where the session is gone."""
        out: list[list[Value] | None] = []
        for start in range(0, len(queries), MOST_QUERIES):
            out += self._some(queries[start : start + MOST_QUERIES])
        return out

    def close(self) -> None:
        """Free the environment."""
        if self._env is not None and not self._session.closed:
            self._session.forget(self._env)
        self._env = None

    def _some(self, queries: Sequence[Query]) -> list[list[Value] | None]:
        if self._env is None and not self._failed:
            self._prepare()
        if self._env is None:
            return [None] * len(queries)
        out: list[list[Value] | None] = [None] * len(queries)
        fresh = [i for i, q in enumerate(queries) if not self._called(q) <= self._quick]
        started = time.monotonic()
        tiny = self._ask([Query(queries[i].variables, queries[i].term, queries[i].points[:TINY]) for i in fresh])
        if time.monotonic() - started > TINY_SECONDS:
            return out
        failed = {i for i, values in zip(fresh, tiny, strict=True) if values is None}
        due = [i for i in range(len(queries)) if i not in failed]
        values = self._ask([Query(queries[i].variables, queries[i].term, queries[i].points[:MOST_POINTS]) for i in due])
        for i, found in zip(due, values, strict=True):
            out[i] = found
            if found is not None:
                self._quick |= self._called(queries[i])
        return out

    def _called(self, query: Query) -> set[str]:
        """Return the defined functions that a term names, and a mark of its own where it names none."""
        return {t.text for t in tokens(query.term)} & self._names or {""}

    def _prepare(self) -> None:
        text = _PRELUDE.replace("HUGE", str(HUGE)).replace("BASE", str(BASE)) + "namespace QED.Runs\n"
        text += "\n".join(map(_compilable, self._definitions)) + "\nend QED.Runs\n"
        done = self._elaborate(text, self._base, keep=True)
        self._env, self._failed = done.env, done.errors > 0
        if self._failed:
            self.close()

    def _ask(self, queries: Sequence[Query]) -> list[list[Value] | None]:
        """Return the values of each query, from one request."""
        if not queries:
            return []
        lines = ["set_option linter.all false", "namespace QED.Runs"]
        named: dict[tuple[str, str], str] = {}
        places: list[int | None] = []
        for q in queries:
            if not q.points:
                places.append(None)
                continue
            kind = " × ".join(_type(t) for _, t in q.variables)
            packed = f"(decs {len(q.points)} {_packed(q):#x}).1"
            if (kind, packed) not in named:
                named[kind, packed] = f"points{len(named)}"
                lines.append(f"def {named[kind, packed]} : List ({kind}) := {packed}")
            names = ", ".join(n for n, _ in q.variables)
            lines.append(f"#eval runs (fun ({names}) => {_compilable(q.term)}) {named[kind, packed]}")
            places.append(len(lines))
        done = self._elaborate("\n".join([*lines, "end QED.Runs"]), self._env or 0, keep=False)
        said = {m.line: m.text for m in done.messages if m.severity == "information"}
        return [[] if at is None else _decoded(said.get(at, ""), len(q.points)) for q, at in zip(queries, places, strict=True)]

    def _elaborate(self, text: str, env: int, *, keep: bool) -> Elaboration:
        try:
            return self._session.elaborate(env, text, keep=keep, timeout=SECONDS)
        except SessionLost as lost:
            raise BenchLost(str(lost)) from lost


def _compilable(text: str) -> str:
    """Return a text in which copies stand for library functions that have no code here."""
    out, end = [], 0
    for t in tokens(text):
        stem, dot, last = t.text.rpartition(".")
        if dot and last in _LIBRARY and not stem.startswith("Nat"):
            out += [text[end : t.start], f"{stem}.{_LIBRARY[last]}"]
            end = t.end
    text = "".join([*out, text[end:]])
    return re.sub(r"(?<=[)\]])\.([A-Za-z]+)\b", lambda m: "." + _LIBRARY.get(m[1], m[1]), text)


def _type(kind: str) -> str:
    return f"({kind})" if "×" in kind else kind


def _packed(query: Query) -> int:
    """Return all points of a query as one number, the first lowest: Lean reads a number much faster than a list."""
    kinds = [t for _, t in query.variables]
    digits = [d for point in query.points for v, kind in zip(point, kinds, strict=True) for d in _digits(v, kind)]
    total = 0
    for digit in reversed(digits):
        total = total * BASE + digit
    return total


def _digits(value: Value, kind: str) -> Iterator[int]:
    """Yield a value as digits to the base BASE, as `Dec` reads them. Raises ValueError for a number out of reach."""
    kind = bare(kind)
    first, *more = split_top(kind, "×")
    if isinstance(value, tuple):
        yield from _digits(value[0], first)
        yield from _digits(value[1] if len(value) == 2 else value[1:], " × ".join(more))  # noqa: PLR2004 - a pair
    elif isinstance(value, list):
        yield len(value)
        for item in value:
            yield from _digits(item, kind.removeprefix("List "))
    else:
        digit = value + BASE // 2 if kind == "Int" else int(value)
        if not 0 <= digit < BASE:
            raise ValueError(f"{value} is too large for a point")
        yield digit


def _decoded(text: str, count: int) -> list[Value] | None:
    """Return the values that a message of `runs` holds, None unless it holds so many and nothing else."""
    if not re.fullmatch(r"\[[-\d,\s]*\]", text.strip()):
        return None
    numbers = [int(n) for n in re.findall(r"-?\d+", text)]
    out: list[Value] = []
    at = 0
    try:
        while at < len(numbers):
            value, at = _value(numbers, at)
            out.append(value)
    except (IndexError, ValueError, RecursionError):
        return None
    return out if len(out) == count else None


def _value(numbers: Sequence[int], at: int) -> tuple[Value, int]:
    match numbers[at]:
        case 0:
            if abs(numbers[at + 1]) >= HUGE:
                raise ValueError("too large")
            return numbers[at + 1], at + 2
        case 1:
            return bool(numbers[at + 1]), at + 2
        case 2:
            first, at = _value(numbers, at + 1)
            second, at = _value(numbers, at)
            return (first, second), at
        case _:
            items: list[Value] = []
            while numbers[at] == 3:  # noqa: PLR2004 - the mark of one more item
                item, at = _value(numbers, at + 1)
                items.append(item)
            return items, at + 1
