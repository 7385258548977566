@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_n : Int) : Prop := (v_n ≥ 0)

def Post (v_n : Int) (v_result : Int) : Prop := (((2 * v_n) < ((v_result + 1) * (v_result + 2))) ∧ ((v_result * (v_result + 1)) ≤ (2 * v_n)))

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_n : Int
  v_side : Int
  result : Int

def body1 : Cmd S Int Int :=
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_side := (s.v_side + 1) }))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 6) (fun s => (((s.v_side + 1) * (s.v_side + 2)) ≤ (2 * s.v_n))) (fun _ _ => True) (fun s => ((s.v_n - s.v_side) + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 6) (fun s => (((s.v_side + 1) * (s.v_side + 2)) ≤ (2 * s.v_n))) (fun s => ((s.v_n - s.v_side) + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_side : Int
  ticks : Nat

def shadow1 (v_n : Int) (v_side : Int) : Last1 :=
  if (((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n)) ∧ (((v_side + 1) * (v_side + 2)) ≤ (2 * v_n))) then
    ⟨(shadow1 v_n (v_side + 1)).v_side, 6 + (2) + (shadow1 v_n (v_side + 1)).ticks⟩
  else ⟨v_side, 6⟩
termination_by ((v_n - v_side) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_n : Int) (v_side : Int) (result : Int) (h : ((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n))) :
    denote call loop1 ⟨v_n, v_side, result⟩ = some (fall, ⟨v_n, (shadow1 v_n v_side).v_side, result⟩, (shadow1 v_n v_side).ticks) := by
  fun_induction shadow1 v_n v_side <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_side := 0 }))
    (seq loop1
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_side })) (exit ret))))

def out (v_n : Int) : S × Nat :=
    (⟨v_n, (shadow1 v_n 0).v_side, (shadow1 v_n 0).v_side⟩, 1 + (shadow1 v_n 0).ticks)

def value (v_n : Int) : Int := (out v_n).1.result

def ticks (v_n : Int) : Nat := (out v_n).2

theorem does (call) (v_n : Int) (h : Pre v_n) : denote call (prog.body v_n) (prog.start v_n) =
    some (ret, (out v_n).1, (out v_n).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_n : Int) (h : Pre v_n) : Run prog v_n (value v_n) (ticks v_n) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_n h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_n : Int), Pre v_n → ∃ r k, Run Old.prog v_n r k ∧ Post v_n r

theorem statement_of (post : ∀ (v_n : Int), Pre v_n → Post v_n (Old.value v_n)) : Statement := by
  unfold Statement
  intro v_n h
  exact ⟨_, _, Old.runs v_n h, post v_n h⟩

end QED
