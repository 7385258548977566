module

public import QED.Semantics

@[expose] public noncomputable section

/-!
# A verified condition generator

`wp` computes the weakest precondition of an annotated command, for total correctness with ticks. `meets_of_vc` says that
proving it is enough: a procedure whose condition `VC` holds meets its contract in the sense of `Exec`.
-/

namespace QED
open Cmd Flow

/-- A contract: precondition, postcondition (which may bound the ticks), and a measure for recursion. -/
structure Contract (α ρ : Type) where
  pre : α → Prop
  post : α → ρ → Nat → Prop
  measure : α → Nat

/-- Weakest precondition, total: `wp C bound c Q s t` with `t` ticks spent already. -/
def wp {σ α ρ : Type} (C : Contract α ρ) (bound : Nat) : Cmd σ α ρ → (Flow → σ → Nat → Prop) → σ → Nat → Prop
  | skip, Q, s, t => Q fall s t
  | step ok ticks run, Q, s, t => ok s ∧ Q fall (run s) (t + ticks s)
  | exit f, Q, s, t => Q f s t
  | seq a b, Q, s, t => wp C bound a (fun f s t => match f with | fall => wp C bound b Q s t | f => Q f s t) s t
  | branch ok ticks c a b, Q, s, t =>
      ok s ∧ (c s → wp C bound a Q s (t + ticks s)) ∧ (¬ c s → wp C bound b Q s (t + ticks s))
  | loop ok ticks c I m b, Q, s, t =>
      I s t ∧ ∀ s t, I s t → ok s ∧
        (c s → wp C bound b (fun f s' t' => match f with
          | fall => I s' t' ∧ m s' < m s
          | cont => I s' t' ∧ m s' < m s
          | brk => Q fall s' t'
          | ret => Q ret s' t') s (t + ticks s)) ∧
        (¬ c s → Q fall s (t + ticks s))
  | self arg put, Q, s, t =>
      C.pre (arg s) ∧ C.measure (arg s) < bound ∧ ∀ r k, C.post (arg s) r k → Q fall (put s r) (t + k + 1)

theorem wp_sound {σ α ρ : Type} (p : Proc σ α ρ) (C : Contract α ρ) (bound : Nat)
    (hrec : ∀ x, C.pre x → C.measure x < bound → ∃ r k, Run p x r k ∧ C.post x r k)
    (c : Cmd σ α ρ) : ∀ Q s t, wp C bound c Q s t → ∃ k f s', Exec p c s k f s' ∧ Q f s' (t + k) := by
  induction c with
  | skip => intro Q s t h; exact ⟨0, fall, s, .skip, by simpa [wp] using h⟩
  | step ok ticks run => intro Q s t h; exact ⟨_, _, _, .step h.1, h.2⟩
  | exit f => intro Q s t h; exact ⟨0, f, s, .exit, by simpa [wp] using h⟩
  | seq a b iha ihb =>
    intro Q s t h
    obtain ⟨j, f, s', e, h⟩ := iha _ s t h
    cases f with
    | fall =>
      obtain ⟨k, f, s'', e', h⟩ := ihb Q s' (t + j) h
      exact ⟨j + k, f, s'', .seqFall e e', by rw [← Nat.add_assoc]; exact h⟩
    | brk => exact ⟨j, _, s', .seqOut e (by simp), h⟩
    | cont => exact ⟨j, _, s', .seqOut e (by simp), h⟩
    | ret => exact ⟨j, _, s', .seqOut e (by simp), h⟩
  | branch ok ticks c a b iha ihb =>
    intro Q s t h
    obtain ⟨hok, ht, hf⟩ := h
    by_cases hc : c s
    · obtain ⟨k, f, s', e, h⟩ := iha Q s _ (ht hc)
      exact ⟨_, f, s', .branchTrue hok hc e, by rw [← Nat.add_assoc]; exact h⟩
    · obtain ⟨k, f, s', e, h⟩ := ihb Q s _ (hf hc)
      exact ⟨_, f, s', .branchFalse hok hc e, by rw [← Nat.add_assoc]; exact h⟩
  | loop ok ticks c I m b ih =>
    intro Q s t h
    obtain ⟨hI, h⟩ := h
    generalize hn : m s = n
    induction n using Nat.strongRecOn generalizing s t with
    | _ n loopIH =>
      obtain ⟨hok, ht, hf⟩ := h s t hI
      by_cases hc : c s
      · obtain ⟨j, f, s', e, hQ⟩ := ih _ s _ (ht hc)
        cases f with
        | fall =>
          obtain ⟨k, g, s'', e', hQ'⟩ := loopIH (m s') (hn ▸ hQ.2) s' _ hQ.1 rfl
          exact ⟨_, g, s'', .loopMore hok hc e (.inl rfl) e', by simpa [Nat.add_assoc] using hQ'⟩
        | cont =>
          obtain ⟨k, g, s'', e', hQ'⟩ := loopIH (m s') (hn ▸ hQ.2) s' _ hQ.1 rfl
          exact ⟨_, g, s'', .loopMore hok hc e (.inr rfl) e', by simpa [Nat.add_assoc] using hQ'⟩
        | brk => exact ⟨_, _, s', .loopBreak hok hc e, by simpa [Nat.add_assoc] using hQ⟩
        | ret => exact ⟨_, _, s', .loopRet hok hc e, by simpa [Nat.add_assoc] using hQ⟩
      · exact ⟨_, _, s, .loopDone hok hc, hf hc⟩
  | self arg put =>
    intro Q s t h
    obtain ⟨hp, hm, h⟩ := h
    obtain ⟨r, k, ⟨s', e, hr⟩, hpost⟩ := hrec _ hp hm
    exact ⟨_, _, _, .self e, by subst hr; simpa [Nat.add_assoc] using h _ _ hpost⟩

/-- `p` meets contract `C`: it ends without raising, and its result and ticks meet the postcondition. -/
def Meets {σ α ρ : Type} (p : Proc σ α ρ) (C : Contract α ρ) : Prop :=
  ∀ x, C.pre x → ∃ r k, Run p x r k ∧ C.post x r k

/-- The whole verification condition of a procedure. -/
def VC {σ α ρ : Type} (p : Proc σ α ρ) (C : Contract α ρ) : Prop :=
  ∀ x, C.pre x → wp C (C.measure x) (p.body x)
    (fun f s t => match f with | ret => C.post x (p.result s) t | _ => False) (p.start x) 0

theorem meets_of_vc {σ α ρ : Type} {p : Proc σ α ρ} {C : Contract α ρ} (h : VC p C) : Meets p C := by
  intro x
  generalize hn : C.measure x = n
  induction n using Nat.strongRecOn generalizing x with
  | _ n ih =>
    intro hx
    obtain ⟨k, f, s, e, hQ⟩ := wp_sound p C (C.measure x)
      (fun y hy hm => ih (C.measure y) (hn ▸ hm) y rfl hy) (p.body x) _ _ 0 (h x hx)
    cases f with
    | ret => exact ⟨_, k, ⟨s, e, rfl⟩, by simpa using hQ⟩
    | fall => exact hQ.elim
    | brk => exact hQ.elim
    | cont => exact hQ.elim

end QED
