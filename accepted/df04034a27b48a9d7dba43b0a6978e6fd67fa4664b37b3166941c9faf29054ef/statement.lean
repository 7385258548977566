@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_n : Int) : Prop := (v_n ≥ 0)

def Post (v_n : Int) (v_result : Int) : Prop := (v_result = (v_n * v_n))

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_n : Int
  v_total : Int
  v_odd : Int
  v__ : Int
  v_next_1 : Int
  v_stop_1 : Int
  result : Int

def body1 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v__ := s.v_next_1, v_next_1 := (s.v_next_1 + 1) }))
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_total := (s.v_total + s.v_odd) }))
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_odd := (s.v_odd + 2) }))))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun _ _ => True) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_total : Int
  v_odd : Int
  v__ : Int
  v_next_1 : Int
  ticks : Nat

def shadow1 (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) : Last1 :=
  if (v_next_1 < v_stop_1) then
    ⟨(shadow1 (v_total + v_odd) (v_odd + 2) v_next_1 (v_next_1 + 1) v_stop_1).v_total, (shadow1 (v_total + v_odd) (v_odd + 2) v_next_1 (v_next_1 + 1) v_stop_1).v_odd, (shadow1 (v_total + v_odd) (v_odd + 2) v_next_1 (v_next_1 + 1) v_stop_1).v__, (shadow1 (v_total + v_odd) (v_odd + 2) v_next_1 (v_next_1 + 1) v_stop_1).v_next_1, 1 + (1 + 2 + 2) + (shadow1 (v_total + v_odd) (v_odd + 2) v_next_1 (v_next_1 + 1) v_stop_1).ticks⟩
  else ⟨v_total, v_odd, v__, v_next_1, 1⟩
termination_by ((v_stop_1 - v_next_1)).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_n : Int) (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop1 ⟨v_n, v_total, v_odd, v__, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_n, (shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total, (shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_odd, (shadow1 v_total v_odd v__ v_next_1 v_stop_1).v__, (shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_next_1, v_stop_1, result⟩, (shadow1 v_total v_odd v__ v_next_1 v_stop_1).ticks) := by
  fun_induction shadow1 v_total v_odd v__ v_next_1 v_stop_1 <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_total := 0 }))
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_odd := 1 }))
    (seq (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_stop_1 := s.v_n, v_next_1 := 0 }))
    loop1)
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_total })) (exit ret)))))

def out (v_n : Int) : S × Nat :=
    (⟨v_n, (shadow1 0 1 0 0 v_n).v_total, (shadow1 0 1 0 0 v_n).v_odd, (shadow1 0 1 0 0 v_n).v__, (shadow1 0 1 0 0 v_n).v_next_1, v_n, (shadow1 0 1 0 0 v_n).v_total⟩, 1 + 1 + 1 + (shadow1 0 1 0 0 v_n).ticks)

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
  result : Int

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with result := (s.v_n * s.v_n) })) (exit ret))

def out (v_n : Int) : S × Nat :=
    (⟨v_n, (v_n * v_n)⟩, 1)

def value (v_n : Int) : Int := (out v_n).1.result

def ticks (v_n : Int) : Nat := (out v_n).2

theorem does (call) (v_n : Int) (h : Pre v_n) : denote call (prog.body v_n) (prog.start v_n) =
    some (ret, (out v_n).1, (out v_n).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_n : Int) (h : Pre v_n) : Run prog v_n (value v_n) (ticks v_n) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_n h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more, and less on some input. -/
def Statement : Prop :=
  (∀ (v_n : Int), Pre v_n → ∃ r k r' k', Run Old.prog v_n r k ∧ Run New.prog v_n r' k' ∧ r' = r ∧ Post v_n r' ∧ k' ≤ k) ∧
  (∃ (v_n : Int), Pre v_n ∧ ∃ r k r' k', Run Old.prog v_n r k ∧ Run New.prog v_n r' k' ∧ k' < k)

theorem statement_of
    (same : ∀ (v_n : Int), Pre v_n → New.value v_n = Old.value v_n)
    (post : ∀ (v_n : Int), Pre v_n → Post v_n (Old.value v_n))
    (cost : ∀ (v_n : Int), Pre v_n → New.ticks v_n ≤ Old.ticks v_n)
    (gain : ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n < Old.ticks v_n) : Statement := by
  unfold Statement
  constructor
  · intro v_n h
    refine ⟨_, _, _, _, Old.runs v_n h, New.runs v_n h, same v_n h, ?_, cost v_n h⟩
    rw [same v_n h]
    exact post v_n h
  · obtain ⟨v_n, h, g⟩ := gain
    exact ⟨v_n, h, _, _, _, _, Old.runs v_n h, New.runs v_n h, g⟩

end QED
