@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_a : Int) (v_b : Int) : Prop := ((v_a ≥ 0) ∧ (v_b ≥ 0))

def Post (v_a : Int) (v_b : Int) (v_result : Int) : Prop := (v_result ≥ 0)

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_a : Int
  v_b : Int
  result : Int

def body1 : Cmd S (Int × Int) Int :=
    (step (fun s => (s.v_b ≠ 0)) (fun _ => 3) (fun s => { s with v_a := s.v_b, v_b := (fmod s.v_a s.v_b) }))

def loop1 : Cmd S (Int × Int) Int := loop (fun _ => True) (fun _ => 2) (fun s => (s.v_b ≠ 0)) (fun _ _ => True) (fun s => (s.v_b + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 2) (fun s => (s.v_b ≠ 0)) (fun s => (s.v_b + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_a : Int
  v_b : Int
  ticks : Nat

def shadow1 (v_a : Int) (v_b : Int) : Last1 :=
  if (((v_a ≥ 0) ∧ (v_b ≥ 0)) ∧ (v_b ≠ 0)) then
    ⟨(shadow1 v_b (fmod v_a v_b)).v_a, (shadow1 v_b (fmod v_a v_b)).v_b, 2 + (3) + (shadow1 v_b (fmod v_a v_b)).ticks⟩
  else ⟨v_a, v_b, 2⟩
termination_by (v_b + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_a : Int) (v_b : Int) (result : Int) (h : ((v_a ≥ 0) ∧ (v_b ≥ 0))) :
    denote call loop1 ⟨v_a, v_b, result⟩ = some (fall, ⟨(shadow1 v_a v_b).v_a, (shadow1 v_a v_b).v_b, result⟩, (shadow1 v_a v_b).ticks) := by
  fun_induction shadow1 v_a v_b <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S (Int × Int) Int where
  start := fun x => ⟨x.1, x.2, 0⟩
  result := S.result
  body := fun _ =>
    (seq loop1
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_a })) (exit ret)))

def out (v_a : Int) (v_b : Int) : S × Nat :=
    (⟨(shadow1 v_a v_b).v_a, (shadow1 v_a v_b).v_b, (shadow1 v_a v_b).v_a⟩, (shadow1 v_a v_b).ticks)

def value (v_a : Int) (v_b : Int) : Int := (out v_a v_b).1.result

def ticks (v_a : Int) (v_b : Int) : Nat := (out v_a v_b).2

theorem does (call) (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : denote call (prog.body (v_a, v_b)) (prog.start (v_a, v_b)) =
    some (ret, (out v_a v_b).1, (out v_a v_b).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : Run prog (v_a, v_b) (value v_a v_b) (ticks v_a v_b) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_a, v_b) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_a : Int) (v_b : Int), Pre v_a v_b → ∃ r k, Run Old.prog (v_a, v_b) r k ∧ Post v_a v_b r

theorem statement_of (post : ∀ (v_a : Int) (v_b : Int), Pre v_a v_b → Post v_a v_b (Old.value v_a v_b)) : Statement := by
  unfold Statement
  intro v_a v_b h
  exact ⟨_, _, Old.runs v_a v_b h, post v_a v_b h⟩

end QED
