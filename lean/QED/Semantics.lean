module

@[expose] public noncomputable section

/-!
# What a program means

This page is the meaning of every program that QED Loop accepts. A sceptic has to agree with this file, and with the way in
which `verify/lean_text.py` prints a Python function as a `Proc`; everything else in this folder is proved from it.

Control is deep: commands are data. Expressions are shallow: an expression is a Lean function of the state, and with it come
the condition under which Python evaluates it without raising, and its cost in ticks.
-/

namespace QED

/-- How a command ended: it fell through, broke out of a loop, went on with the next turn, or returned. -/
inductive Flow
  | fall | brk | cont | ret
  deriving DecidableEq

/-- Commands over a state `σ` of a procedure from `α` to `ρ`.

The `inv` and `variant` of a `loop` are annotations: the meaning below does not look at them. -/
inductive Cmd (σ α ρ : Type) : Type 1
  | skip
  | step (ok : σ → Prop) (ticks : σ → Nat) (run : σ → σ)
  | exit (f : Flow)
  | seq (a b : Cmd σ α ρ)
  | branch (ok : σ → Prop) (ticks : σ → Nat) (c : σ → Prop) (a b : Cmd σ α ρ)
  | loop (ok : σ → Prop) (ticks : σ → Nat) (c : σ → Prop) (inv : σ → Nat → Prop) (variant : σ → Nat) (body : Cmd σ α ρ)
  | self (arg : σ → α) (put : σ → ρ → σ)

open Cmd Flow

/-- A procedure: the state in which it starts, its body, and where its result stands. -/
structure Proc (σ α ρ : Type) where
  start : α → σ
  body : α → Cmd σ α ρ
  result : σ → ρ

/-- `Exec p c s k f s'`: from state `s`, command `c` of procedure `p` ends with flow `f` in state `s'` after `k` ticks.

There is no rule for a step whose `ok` fails: a program that raises has no execution. There is no rule for a loop that goes
on for ever either, so an `Exec` says that the command ends. -/
inductive Exec {σ α ρ : Type} (p : Proc σ α ρ) : Cmd σ α ρ → σ → Nat → Flow → σ → Prop
  | skip : Exec p skip s 0 fall s
  | step : ok s → Exec p (step ok ticks run) s (ticks s) fall (run s)
  | exit : Exec p (exit f) s 0 f s
  | seqFall : Exec p a s j fall s' → Exec p b s' k f s'' → Exec p (seq a b) s (j + k) f s''
  | seqOut : Exec p a s j f s' → f ≠ fall → Exec p (seq a b) s j f s'
  | branchTrue : ok s → c s → Exec p a s k f s' → Exec p (branch ok ticks c a b) s (ticks s + k) f s'
  | branchFalse : ok s → ¬ c s → Exec p b s k f s' → Exec p (branch ok ticks c a b) s (ticks s + k) f s'
  | loopDone : ok s → ¬ c s → Exec p (loop ok ticks c I m b) s (ticks s) fall s
  | loopMore : ok s → c s → Exec p b s j f s' → (f = fall ∨ f = cont) → Exec p (loop ok ticks c I m b) s' k g s'' →
      Exec p (loop ok ticks c I m b) s (ticks s + j + k) g s''
  | loopBreak : ok s → c s → Exec p b s j brk s' → Exec p (loop ok ticks c I m b) s (ticks s + j) fall s'
  | loopRet : ok s → c s → Exec p b s j ret s' → Exec p (loop ok ticks c I m b) s (ticks s + j) ret s'
  | self : Exec p (p.body (arg s)) (p.start (arg s)) k ret s' →
      Exec p (self arg put) s (k + 1) fall (put s (p.result s'))

/-- `Run p x r k`: called with `x`, procedure `p` returns `r` after `k` ticks, and raises nothing on the way. -/
def Run {σ α ρ : Type} (p : Proc σ α ρ) (x : α) (r : ρ) (k : Nat) : Prop :=
  ∃ s, Exec p (p.body x) (p.start x) k ret s ∧ p.result s = r

end QED
