module

public import QED.Semantics

@[expose] public noncomputable section

/-!
# Programs as functions

`denote` computes what a command does, `none` where it raises or where a variant fails to fall. `runs_of_denote` says that
what it computes is what happens. The printer gives each loop a *shadow*, a recursive function from the loop's variables to
their last values and the ticks, and proves by a fixed script that `denote` of the loop is its shadow; so every question about
a program becomes a question about functions.
-/

namespace QED
open Cmd Flow Classical

/-- What a command does, as a function: `none` where it raises, or where a variant fails to decrease. -/
abbrev Outcome (σ : Type) := Option (Flow × σ × Nat)

/-- One loop as a recursive function over what its body does. -/
def iterate {σ : Type} (ok : σ → Prop) (ticks : σ → Nat) (c : σ → Prop) (m : σ → Nat) (body : σ → Outcome σ) (s : σ) : Outcome σ :=
  if ok s then
    if c s then
      match body s with
      | some (fall, s', j) => if m s' < m s then (iterate ok ticks c m body s').map fun (f, s'', k) => (f, s'', ticks s + j + k) else none
      | some (cont, s', j) => if m s' < m s then (iterate ok ticks c m body s').map fun (f, s'', k) => (f, s'', ticks s + j + k) else none
      | some (brk, s', j) => some (fall, s', ticks s + j)
      | some (ret, s', j) => some (ret, s', ticks s + j)
      | none => none
    else some (fall, s, ticks s)
  else none
termination_by m s

/-- `call` says what the procedure's own recursive calls give; `none` where that is not known. -/
def denote {σ α ρ : Type} (call : α → Option (ρ × Nat)) : Cmd σ α ρ → σ → Outcome σ
  | skip, s => some (fall, s, 0)
  | step ok ticks run, s => if ok s then some (fall, run s, ticks s) else none
  | exit f, s => some (f, s, 0)
  | seq a b, s => match denote call a s with
    | some (fall, s', j) => (denote call b s').map fun (f, s'', k) => (f, s'', j + k)
    | r => r
  | branch ok ticks c a b, s =>
    if ok s then (if c s then denote call a s else denote call b s).map fun (f, s', k) => (f, s', ticks s + k) else none
  | loop ok ticks c _ m b, s => iterate ok ticks c m (denote call b) s
  | self arg put, s => (call (arg s)).map fun (r, k) => (fall, put s r, k + 1)

/-- One turn of a loop: test, body, and `again` from where the body left. -/
def unroll {σ : Type} (ok : σ → Prop) (ticks : σ → Nat) (c : σ → Prop) (m : σ → Nat) (body again : σ → Outcome σ) (s : σ) : Outcome σ :=
  if ok s then
    if c s then
      match body s with
      | some (fall, s', j) => if m s' < m s then (again s').map fun (f, s'', k) => (f, s'', ticks s + j + k) else none
      | some (cont, s', j) => if m s' < m s then (again s').map fun (f, s'', k) => (f, s'', ticks s + j + k) else none
      | some (brk, s', j) => some (fall, s', ticks s + j)
      | some (ret, s', j) => some (ret, s', ticks s + j)
      | none => none
    else some (fall, s, ticks s)
  else none

theorem denote_loop {σ α ρ : Type} (call : α → Option (ρ × Nat)) (ok : σ → Prop) (ticks : σ → Nat) (c : σ → Prop) (I : σ → Nat → Prop) (m : σ → Nat) (b : Cmd σ α ρ) (s : σ) :
    denote call (loop ok ticks c I m b) s = unroll ok ticks c m (denote call b) (denote call (loop ok ticks c I m b)) s := by
  simp only [denote, unroll]
  rw [iterate]

theorem denote_sound {σ α ρ : Type} (p : Proc σ α ρ) (call : α → Option (ρ × Nat))
    (hcall : ∀ x r k, call x = some (r, k) → Run p x r k) (c : Cmd σ α ρ) :
    ∀ s k f s', denote call c s = some (f, s', k) → Exec p c s k f s' := by
  induction c with
  | skip => intro s k f s' h; simp [denote] at h; obtain ⟨rfl, rfl, rfl⟩ := h; exact .skip
  | step ok ticks run =>
    intro s k f s' h; simp only [denote] at h
    split at h <;> simp at h
    obtain ⟨rfl, rfl, rfl⟩ := h; exact .step (by assumption)
  | exit g => intro s k f s' h; simp [denote] at h; obtain ⟨rfl, rfl, rfl⟩ := h; exact .exit
  | seq a b iha ihb =>
    intro s k f s' h
    simp only [denote] at h
    split at h
    · rename_i s1 j h1
      simp only [Option.map_eq_some_iff] at h
      obtain ⟨⟨g, s2, k2⟩, h2, h3⟩ := h
      simp at h3; obtain ⟨rfl, rfl, rfl⟩ := h3
      exact .seqFall (iha _ _ _ _ h1) (ihb _ _ _ _ h2)
    · rename_i hne
      have e := iha _ _ _ _ h
      refine .seqOut e ?_
      intro hf; subst hf; exact hne _ _ h
  | branch ok ticks c a b iha ihb =>
    intro s k f s' h
    simp only [denote] at h
    split at h
    · rename_i hok
      by_cases hc : c s
      · simp only [hc, if_true, Option.map_eq_some_iff] at h
        obtain ⟨⟨g, s2, k2⟩, h2, h3⟩ := h
        simp at h3; obtain ⟨rfl, rfl, rfl⟩ := h3
        exact .branchTrue hok hc (iha _ _ _ _ h2)
      · simp only [hc, if_false, Option.map_eq_some_iff] at h
        obtain ⟨⟨g, s2, k2⟩, h2, h3⟩ := h
        simp at h3; obtain ⟨rfl, rfl, rfl⟩ := h3
        exact .branchFalse hok hc (ihb _ _ _ _ h2)
    · simp at h
  | loop ok ticks c I m b ih =>
    intro s
    simp only [denote]
    generalize hn : m s = n
    induction n using Nat.strongRecOn generalizing s with
    | _ n loopIH =>
      intro k f s' h
      rw [iterate] at h
      split at h
      · rename_i hok
        split at h
        · rename_i hc
          split at h
          · rename_i s1 j h1
            split at h
            · rename_i hm
              simp only [Option.map_eq_some_iff] at h
              obtain ⟨⟨g, s2, k2⟩, h2, h3⟩ := h
              simp at h3; obtain ⟨rfl, rfl, rfl⟩ := h3
              exact .loopMore hok hc (ih _ _ _ _ h1) (.inl rfl) (loopIH _ (hn ▸ hm) _ rfl _ _ _ h2)
            · simp at h
          · rename_i s1 j h1
            split at h
            · rename_i hm
              simp only [Option.map_eq_some_iff] at h
              obtain ⟨⟨g, s2, k2⟩, h2, h3⟩ := h
              simp at h3; obtain ⟨rfl, rfl, rfl⟩ := h3
              exact .loopMore hok hc (ih _ _ _ _ h1) (.inr rfl) (loopIH _ (hn ▸ hm) _ rfl _ _ _ h2)
            · simp at h
          · rename_i s1 j h1
            simp at h; obtain ⟨rfl, rfl, rfl⟩ := h
            exact .loopBreak hok hc (ih _ _ _ _ h1)
          · rename_i s1 j h1
            simp at h; obtain ⟨rfl, rfl, rfl⟩ := h
            exact .loopRet hok hc (ih _ _ _ _ h1)
          · simp at h
        · rename_i hc
          simp at h; obtain ⟨rfl, rfl, rfl⟩ := h
          exact .loopDone hok hc
      · simp at h
  | self arg put =>
    intro s k f s' h
    simp only [denote, Option.map_eq_some_iff] at h
    obtain ⟨⟨r, j⟩, h1, h2⟩ := h
    simp at h2; obtain ⟨rfl, rfl, rfl⟩ := h2
    obtain ⟨s1, e, rfl⟩ := hcall _ _ _ h1
    exact .self e

/-- The one way to show what a program does: name a function `f` of value and ticks, and a measure, and show that the body
computes `f` where calls of smaller measure give `f`. A program without recursion takes any measure. -/
theorem runs_of_denote {σ α ρ : Type} (p : Proc σ α ρ) (pre : α → Prop) (f : α → ρ × Nat) (m : α → Nat)
    (h : ∀ x, pre x → ∃ s, denote (fun y => if pre y ∧ m y < m x then some (f y) else none) (p.body x) (p.start x)
      = some (ret, s, (f x).2) ∧ p.result s = (f x).1) :
    ∀ x, pre x → Run p x (f x).1 (f x).2 := by
  intro x
  generalize hn : m x = n
  induction n using Nat.strongRecOn generalizing x with
  | _ n ih =>
    intro hx
    obtain ⟨s, hd, hr⟩ := h x hx
    refine ⟨s, denote_sound p _ ?_ _ _ _ _ _ hd, hr⟩
    intro y r k hy
    split at hy
    · rename_i hy'
      simp at hy
      have := ih (m y) (hn ▸ hy'.2) y rfl hy'.1
      rw [hy] at this
      exact this
    · simp at hy

end QED
