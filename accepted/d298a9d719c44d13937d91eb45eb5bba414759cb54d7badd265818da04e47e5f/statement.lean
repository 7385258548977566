@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_days : Int) : Prop := (v_days ≥ 0)

def Post (v_days : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_days : Int
  v_nights : Int
  v__ : Int
  v_next_1 : Int
  v_stop_1 : Int
  result : Int

def body1 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v__ := s.v_next_1, v_next_1 := (s.v_next_1 + 3) }))
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_nights := (s.v_nights + 1) })))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun _ _ => True) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_nights : Int
  v__ : Int
  v_next_1 : Int
  ticks : Nat

def shadow1 (v_nights : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) : Last1 :=
  if (v_next_1 < v_stop_1) then
    ⟨(shadow1 (v_nights + 1) v_next_1 (v_next_1 + 3) v_stop_1).v_nights, (shadow1 (v_nights + 1) v_next_1 (v_next_1 + 3) v_stop_1).v__, (shadow1 (v_nights + 1) v_next_1 (v_next_1 + 3) v_stop_1).v_next_1, 1 + (1 + 2) + (shadow1 (v_nights + 1) v_next_1 (v_next_1 + 3) v_stop_1).ticks⟩
  else ⟨v_nights, v__, v_next_1, 1⟩
termination_by ((v_stop_1 - v_next_1)).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_days : Int) (v_nights : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop1 ⟨v_days, v_nights, v__, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_days, (shadow1 v_nights v__ v_next_1 v_stop_1).v_nights, (shadow1 v_nights v__ v_next_1 v_stop_1).v__, (shadow1 v_nights v__ v_next_1 v_stop_1).v_next_1, v_stop_1, result⟩, (shadow1 v_nights v__ v_next_1 v_stop_1).ticks) := by
  fun_induction shadow1 v_nights v__ v_next_1 v_stop_1 <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_nights := 0 }))
    (seq (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_stop_1 := s.v_days, v_next_1 := 0 }))
    loop1)
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_nights })) (exit ret))))

def out (v_days : Int) : S × Nat :=
    (⟨v_days, (shadow1 0 0 0 v_days).v_nights, (shadow1 0 0 0 v_days).v__, (shadow1 0 0 0 v_days).v_next_1, v_days, (shadow1 0 0 0 v_days).v_nights⟩, 1 + 1 + (shadow1 0 0 0 v_days).ticks)

def value (v_days : Int) : Int := (out v_days).1.result

def ticks (v_days : Int) : Nat := (out v_days).2

theorem does (call) (v_days : Int) (h : Pre v_days) : denote call (prog.body v_days) (prog.start v_days) =
    some (ret, (out v_days).1, (out v_days).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_days : Int) (h : Pre v_days) : Run prog v_days (value v_days) (ticks v_days) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_days h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_days : Int
  result : Int

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with result := ((s.v_days + 2) / 3) })) (exit ret))

def out (v_days : Int) : S × Nat :=
    (⟨v_days, ((v_days + 2) / 3)⟩, 2)

def value (v_days : Int) : Int := (out v_days).1.result

def ticks (v_days : Int) : Nat := (out v_days).2

theorem does (call) (v_days : Int) (h : Pre v_days) : denote call (prog.body v_days) (prog.start v_days) =
    some (ret, (out v_days).1, (out v_days).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_days : Int) (h : Pre v_days) : Run prog v_days (value v_days) (ticks v_days) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_days h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more, and less on some input. -/
def Statement : Prop :=
  (∀ (v_days : Int), Pre v_days → ∃ r k r' k', Run Old.prog v_days r k ∧ Run New.prog v_days r' k' ∧ r' = r ∧ Post v_days r' ∧ k' ≤ k) ∧
  (∃ (v_days : Int), Pre v_days ∧ ∃ r k r' k', Run Old.prog v_days r k ∧ Run New.prog v_days r' k' ∧ k' < k)

theorem statement_of
    (same : ∀ (v_days : Int), Pre v_days → New.value v_days = Old.value v_days)
    (post : ∀ (v_days : Int), Pre v_days → Post v_days (Old.value v_days))
    (cost : ∀ (v_days : Int), Pre v_days → New.ticks v_days ≤ Old.ticks v_days)
    (gain : ∃ (v_days : Int), Pre v_days ∧ New.ticks v_days < Old.ticks v_days) : Statement := by
  unfold Statement
  constructor
  · intro v_days h
    refine ⟨_, _, _, _, Old.runs v_days h, New.runs v_days h, same v_days h, ?_, cost v_days h⟩
    rw [same v_days h]
    exact post v_days h
  · obtain ⟨v_days, h, g⟩ := gain
    exact ⟨v_days, h, _, _, _, _, Old.runs v_days h, New.runs v_days h, g⟩

end QED
