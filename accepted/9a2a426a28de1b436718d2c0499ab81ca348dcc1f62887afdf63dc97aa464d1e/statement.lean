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
namespace QED.New
open QED Cmd Flow

structure S where
  v_n : Int
  v_low : Int
  v_high : Int
  v_middle : Int
  v_side : Int
  result : Int

def body1 : Cmd S Int Int :=
    (step (fun _ => True) (fun _ => 3) (fun s => { s with v_low := s.v_high, v_high := (2 * s.v_high) }))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 6) (fun s => (((s.v_high + 1) * (s.v_high + 2)) ≤ (2 * s.v_n))) (fun _ _ => True) (fun s => (((2 * s.v_n) - s.v_high) + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 6) (fun s => (((s.v_high + 1) * (s.v_high + 2)) ≤ (2 * s.v_n))) (fun s => (((2 * s.v_n) - s.v_high) + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_low : Int
  v_high : Int
  ticks : Nat

def shadow1 (v_n : Int) (v_low : Int) (v_high : Int) : Last1 :=
  if ((v_high > 0) ∧ (((v_high + 1) * (v_high + 2)) ≤ (2 * v_n))) then
    ⟨(shadow1 v_n v_high (2 * v_high)).v_low, (shadow1 v_n v_high (2 * v_high)).v_high, 6 + (3) + (shadow1 v_n v_high (2 * v_high)).ticks⟩
  else ⟨v_low, v_high, 6⟩
termination_by (((2 * v_n) - v_high) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_n : Int) (v_low : Int) (v_high : Int) (v_middle : Int) (v_side : Int) (result : Int) (h : (v_high > 0)) :
    denote call loop1 ⟨v_n, v_low, v_high, v_middle, v_side, result⟩ = some (fall, ⟨v_n, (shadow1 v_n v_low v_high).v_low, (shadow1 v_n v_low v_high).v_high, v_middle, v_side, result⟩, (shadow1 v_n v_low v_high).ticks) := by
  fun_induction shadow1 v_n v_low v_high <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem loop1_left (v_n : Int) (v_low : Int) (v_high : Int) (h : (v_high > 0)) :
    (((shadow1 v_n v_low v_high).v_high > 0) ∧ (¬((((shadow1 v_n v_low v_high).v_high + 1) * ((shadow1 v_n v_low v_high).v_high + 2)) ≤ (2 * v_n)))) := by
  fun_induction shadow1 v_n v_low v_high <;> first | omega | (simp only [length_updated] at *; omega) | (rename_i ih; exact ih (by first | omega | (simp only [length_updated]; omega) | grind [length_updated])) | grind [length_updated]
grind_pattern loop1_left => shadow1 v_n v_low v_high

def body2 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 3) (fun s => { s with v_middle := ((s.v_low + s.v_high) / 2) }))
    (branch (fun _ => True) (fun _ => 6) (fun s => (((s.v_middle + 1) * (s.v_middle + 2)) ≤ (2 * s.v_n))) (step (fun _ => True) (fun _ => 1) (fun s => { s with v_low := s.v_middle })) (step (fun _ => True) (fun _ => 1) (fun s => { s with v_high := s.v_middle }))))

def loop2 : Cmd S Int Int := loop (fun _ => True) (fun _ => 3) (fun s => ((s.v_high - s.v_low) > 1)) (fun _ _ => True) (fun s => ((s.v_high - s.v_low) + 1).toNat) body2

theorem loop2_unfold (call) (s : S) : denote call loop2 s =
    unroll (fun _ => True) (fun _ => 3) (fun s => ((s.v_high - s.v_low) > 1)) (fun s => ((s.v_high - s.v_low) + 1).toNat) (denote call body2) (denote call loop2) s := denote_loop ..

structure Last2 where
  v_low : Int
  v_high : Int
  v_middle : Int
  ticks : Nat

def shadow2 (v_n : Int) (v_low : Int) (v_high : Int) (v_middle : Int) : Last2 :=
  if ((v_high - v_low) > 1) then
    if (((((v_low + v_high) / 2) + 1) * (((v_low + v_high) / 2) + 2)) ≤ (2 * v_n)) then
      ⟨(shadow2 v_n ((v_low + v_high) / 2) v_high ((v_low + v_high) / 2)).v_low, (shadow2 v_n ((v_low + v_high) / 2) v_high ((v_low + v_high) / 2)).v_high, (shadow2 v_n ((v_low + v_high) / 2) v_high ((v_low + v_high) / 2)).v_middle, 3 + (3 + 6 + 1) + (shadow2 v_n ((v_low + v_high) / 2) v_high ((v_low + v_high) / 2)).ticks⟩
    else
      ⟨(shadow2 v_n v_low ((v_low + v_high) / 2) ((v_low + v_high) / 2)).v_low, (shadow2 v_n v_low ((v_low + v_high) / 2) ((v_low + v_high) / 2)).v_high, (shadow2 v_n v_low ((v_low + v_high) / 2) ((v_low + v_high) / 2)).v_middle, 3 + (3 + 6 + 1) + (shadow2 v_n v_low ((v_low + v_high) / 2) ((v_low + v_high) / 2)).ticks⟩
  else ⟨v_low, v_high, v_middle, 3⟩
termination_by ((v_high - v_low) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop2_does (call) (v_n : Int) (v_low : Int) (v_high : Int) (v_middle : Int) (v_side : Int) (result : Int) :
    denote call loop2 ⟨v_n, v_low, v_high, v_middle, v_side, result⟩ = some (fall, ⟨v_n, (shadow2 v_n v_low v_high v_middle).v_low, (shadow2 v_n v_low v_high v_middle).v_high, (shadow2 v_n v_low v_high v_middle).v_middle, v_side, result⟩, (shadow2 v_n v_low v_high v_middle).ticks) := by
  fun_induction shadow2 v_n v_low v_high v_middle <;> rw [loop2_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem loop2_left (v_n : Int) (v_low : Int) (v_high : Int) (v_middle : Int) :
    (¬(((shadow2 v_n v_low v_high v_middle).v_high - (shadow2 v_n v_low v_high v_middle).v_low) > 1)) := by
  fun_induction shadow2 v_n v_low v_high v_middle <;> first | omega | (simp only [length_updated] at *; omega) | (rename_i ih; exact ih (by first | omega | (simp only [length_updated]; omega) | grind [length_updated])) | grind [length_updated]
grind_pattern loop2_left => shadow2 v_n v_low v_high v_middle

def body3 : Cmd S Int Int :=
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_side := (s.v_side + 1) }))

def loop3 : Cmd S Int Int := loop (fun _ => True) (fun _ => 6) (fun s => (((s.v_side + 1) * (s.v_side + 2)) ≤ (2 * s.v_n))) (fun _ _ => True) (fun s => ((s.v_n - s.v_side) + 1).toNat) body3

theorem loop3_unfold (call) (s : S) : denote call loop3 s =
    unroll (fun _ => True) (fun _ => 6) (fun s => (((s.v_side + 1) * (s.v_side + 2)) ≤ (2 * s.v_n))) (fun s => ((s.v_n - s.v_side) + 1).toNat) (denote call body3) (denote call loop3) s := denote_loop ..

structure Last3 where
  v_side : Int
  ticks : Nat

def shadow3 (v_n : Int) (v_side : Int) : Last3 :=
  if (((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n)) ∧ (((v_side + 1) * (v_side + 2)) ≤ (2 * v_n))) then
    ⟨(shadow3 v_n (v_side + 1)).v_side, 6 + (2) + (shadow3 v_n (v_side + 1)).ticks⟩
  else ⟨v_side, 6⟩
termination_by ((v_n - v_side) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop3_does (call) (v_n : Int) (v_low : Int) (v_high : Int) (v_middle : Int) (v_side : Int) (result : Int) (h : ((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n))) :
    denote call loop3 ⟨v_n, v_low, v_high, v_middle, v_side, result⟩ = some (fall, ⟨v_n, v_low, v_high, v_middle, (shadow3 v_n v_side).v_side, result⟩, (shadow3 v_n v_side).ticks) := by
  fun_induction shadow3 v_n v_side <;> rw [loop3_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body3, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body3, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body3, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (branch (fun _ => True) (fun _ => 3) (fun s => (306 ≤ (2 * s.v_n))) (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_low := 16, v_high := 32 }))
    (seq loop1
    (seq loop2
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_high })) (exit ret))))) skip)
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_side := 0 }))
    (seq loop3
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_side })) (exit ret)))))

def out (v_n : Int) : S × Nat :=
    if (306 ≤ (2 * v_n)) then
      (⟨v_n, (shadow2 v_n (shadow1 v_n 16 32).v_low (shadow1 v_n 16 32).v_high 0).v_low, (shadow2 v_n (shadow1 v_n 16 32).v_low (shadow1 v_n 16 32).v_high 0).v_high, (shadow2 v_n (shadow1 v_n 16 32).v_low (shadow1 v_n 16 32).v_high 0).v_middle, 0, (shadow2 v_n (shadow1 v_n 16 32).v_low (shadow1 v_n 16 32).v_high 0).v_high⟩, 3 + 2 + (shadow1 v_n 16 32).ticks + (shadow2 v_n (shadow1 v_n 16 32).v_low (shadow1 v_n 16 32).v_high 0).ticks)
    else
      (⟨v_n, 0, 0, 0, (shadow3 v_n 0).v_side, (shadow3 v_n 0).v_side⟩, 3 + 1 + (shadow3 v_n 0).ticks)

def value (v_n : Int) : Int := (out v_n).1.result

def ticks (v_n : Int) : Nat := (out v_n).2

theorem does (call) (v_n : Int) (h : Pre v_n) : denote call (prog.body v_n) (prog.start v_n) =
    some (ret, (out v_n).1, (out v_n).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, loop3_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, loop3_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind [loop1_left, loop2_left, shadow1, shadow2]) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, loop3_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, loop3_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind [loop1_left, loop2_left, shadow1, shadow2]) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, loop3_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_n : Int) (h : Pre v_n) : Run prog v_n (value v_n) (ticks v_n) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_n h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more than 3 ticks more, and what it saves is unbounded. -/
def Statement : Prop :=
  (∀ (v_n : Int), Pre v_n → ∃ r k r' k', Run Old.prog v_n r k ∧ Run New.prog v_n r' k' ∧ r' = r ∧ Post v_n r' ∧ k' ≤ k + 3) ∧
  (∀ m : Nat, ∃ (v_n : Int), Pre v_n ∧ ∃ r k r' k', Run Old.prog v_n r k ∧ Run New.prog v_n r' k' ∧ k' + m ≤ k)

theorem statement_of
    (same : ∀ (v_n : Int), Pre v_n → New.value v_n = Old.value v_n)
    (post : ∀ (v_n : Int), Pre v_n → Post v_n (Old.value v_n))
    (cost : ∀ (v_n : Int), Pre v_n → New.ticks v_n ≤ Old.ticks v_n + 3)
    (gain : ∀ m : Nat, ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n + m ≤ Old.ticks v_n) : Statement := by
  unfold Statement
  constructor
  · intro v_n h
    refine ⟨_, _, _, _, Old.runs v_n h, New.runs v_n h, same v_n h, ?_, cost v_n h⟩
    rw [same v_n h]
    exact post v_n h
  · intro m; obtain ⟨v_n, h, g⟩ := gain m
    exact ⟨v_n, h, _, _, _, _, Old.runs v_n h, New.runs v_n h, g⟩

end QED
