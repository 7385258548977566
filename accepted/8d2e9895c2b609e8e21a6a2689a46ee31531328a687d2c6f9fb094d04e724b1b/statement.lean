@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_ticks : Int) : Prop := (v_ticks ≥ 0)

def Post (v_ticks : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_ticks : Int
  v_before : Int
  v_now : Int
  v__ : Int
  v_next_1 : Int
  v_stop_1 : Int
  result : Int

def body1 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v__ := s.v_next_1, v_next_1 := (s.v_next_1 + 1) }))
    (step (fun _ => True) (fun _ => 5) (fun s => { s with v_before := s.v_now, v_now := (((2 * s.v_now) - s.v_before) + 10) })))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun _ _ => True) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_before : Int
  v_now : Int
  v__ : Int
  v_next_1 : Int
  ticks : Nat

def shadow1 (v_before : Int) (v_now : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) : Last1 :=
  if (v_next_1 < v_stop_1) then
    ⟨(shadow1 v_now (((2 * v_now) - v_before) + 10) v_next_1 (v_next_1 + 1) v_stop_1).v_before, (shadow1 v_now (((2 * v_now) - v_before) + 10) v_next_1 (v_next_1 + 1) v_stop_1).v_now, (shadow1 v_now (((2 * v_now) - v_before) + 10) v_next_1 (v_next_1 + 1) v_stop_1).v__, (shadow1 v_now (((2 * v_now) - v_before) + 10) v_next_1 (v_next_1 + 1) v_stop_1).v_next_1, 1 + (1 + 5) + (shadow1 v_now (((2 * v_now) - v_before) + 10) v_next_1 (v_next_1 + 1) v_stop_1).ticks⟩
  else ⟨v_before, v_now, v__, v_next_1, 1⟩
termination_by ((v_stop_1 - v_next_1)).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_ticks : Int) (v_before : Int) (v_now : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop1 ⟨v_ticks, v_before, v_now, v__, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_ticks, (shadow1 v_before v_now v__ v_next_1 v_stop_1).v_before, (shadow1 v_before v_now v__ v_next_1 v_stop_1).v_now, (shadow1 v_before v_now v__ v_next_1 v_stop_1).v__, (shadow1 v_before v_now v__ v_next_1 v_stop_1).v_next_1, v_stop_1, result⟩, (shadow1 v_before v_now v__ v_next_1 v_stop_1).ticks) := by
  fun_induction shadow1 v_before v_now v__ v_next_1 v_stop_1 <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_before := 0 }))
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_now := 5 }))
    (seq (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_stop_1 := s.v_ticks, v_next_1 := 0 }))
    loop1)
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_before })) (exit ret)))))

def out (v_ticks : Int) : S × Nat :=
    (⟨v_ticks, (shadow1 0 5 0 0 v_ticks).v_before, (shadow1 0 5 0 0 v_ticks).v_now, (shadow1 0 5 0 0 v_ticks).v__, (shadow1 0 5 0 0 v_ticks).v_next_1, v_ticks, (shadow1 0 5 0 0 v_ticks).v_before⟩, 1 + 1 + 1 + (shadow1 0 5 0 0 v_ticks).ticks)

def value (v_ticks : Int) : Int := (out v_ticks).1.result

def ticks (v_ticks : Int) : Nat := (out v_ticks).2

theorem does (call) (v_ticks : Int) (h : Pre v_ticks) : denote call (prog.body v_ticks) (prog.start v_ticks) =
    some (ret, (out v_ticks).1, (out v_ticks).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_ticks : Int) (h : Pre v_ticks) : Run prog v_ticks (value v_ticks) (ticks v_ticks) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_ticks h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_ticks : Int), Pre v_ticks → ∃ r k, Run Old.prog v_ticks r k ∧ Post v_ticks r

theorem statement_of (post : ∀ (v_ticks : Int), Pre v_ticks → Post v_ticks (Old.value v_ticks)) : Statement := by
  unfold Statement
  intro v_ticks h
  exact ⟨_, _, Old.runs v_ticks h, post v_ticks h⟩

end QED
