@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_rows : Int) (v_columns : Int) : Prop := ((v_rows ≥ 0) ∧ (v_columns ≥ 0))

def Post (v_rows : Int) (v_columns : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_rows : Int
  v_columns : Int
  result : Int

def prog : Proc S (Int × Int) Int where
  start := fun x => ⟨x.1, x.2, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 7) (fun s => { s with result := ((s.v_rows * (s.v_columns * ((s.v_rows * (s.v_columns + 1)) + (s.v_columns + 1)))) / 4) })) (exit ret))

def out (v_rows : Int) (v_columns : Int) : S × Nat :=
    (⟨v_rows, v_columns, ((v_rows * (v_columns * ((v_rows * (v_columns + 1)) + (v_columns + 1)))) / 4)⟩, 7)

def value (v_rows : Int) (v_columns : Int) : Int := (out v_rows v_columns).1.result

def ticks (v_rows : Int) (v_columns : Int) : Nat := (out v_rows v_columns).2

theorem does (call) (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : denote call (prog.body (v_rows, v_columns)) (prog.start (v_rows, v_columns)) =
    some (ret, (out v_rows v_columns).1, (out v_rows v_columns).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : Run prog (v_rows, v_columns) (value v_rows v_columns) (ticks v_rows v_columns) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_rows, v_columns) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_rows : Int
  v_columns : Int
  result : Int

def prog : Proc S (Int × Int) Int where
  start := fun x => ⟨x.1, x.2, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 6) (fun s => { s with result := ((s.v_rows * (s.v_columns * ((s.v_rows + 1) * (s.v_columns + 1)))) / 4) })) (exit ret))

def out (v_rows : Int) (v_columns : Int) : S × Nat :=
    (⟨v_rows, v_columns, ((v_rows * (v_columns * ((v_rows + 1) * (v_columns + 1)))) / 4)⟩, 6)

def value (v_rows : Int) (v_columns : Int) : Int := (out v_rows v_columns).1.result

def ticks (v_rows : Int) (v_columns : Int) : Nat := (out v_rows v_columns).2

theorem does (call) (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : denote call (prog.body (v_rows, v_columns)) (prog.start (v_rows, v_columns)) =
    some (ret, (out v_rows v_columns).1, (out v_rows v_columns).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : Run prog (v_rows, v_columns) (value v_rows v_columns) (ticks v_rows v_columns) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_rows, v_columns) h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more, and less on some input. -/
def Statement : Prop :=
  (∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → ∃ r k r' k', Run Old.prog (v_rows, v_columns) r k ∧ Run New.prog (v_rows, v_columns) r' k' ∧ r' = r ∧ Post v_rows v_columns r' ∧ k' ≤ k) ∧
  (∃ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns ∧ ∃ r k r' k', Run Old.prog (v_rows, v_columns) r k ∧ Run New.prog (v_rows, v_columns) r' k' ∧ k' < k)

theorem statement_of
    (same : ∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → New.value v_rows v_columns = Old.value v_rows v_columns)
    (post : ∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → Post v_rows v_columns (Old.value v_rows v_columns))
    (cost : ∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → New.ticks v_rows v_columns ≤ Old.ticks v_rows v_columns)
    (gain : ∃ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns ∧ New.ticks v_rows v_columns < Old.ticks v_rows v_columns) : Statement := by
  unfold Statement
  constructor
  · intro v_rows v_columns h
    refine ⟨_, _, _, _, Old.runs v_rows v_columns h, New.runs v_rows v_columns h, same v_rows v_columns h, ?_, cost v_rows v_columns h⟩
    rw [same v_rows v_columns h]
    exact post v_rows v_columns h
  · obtain ⟨v_rows, v_columns, h, g⟩ := gain
    exact ⟨v_rows, v_columns, h, _, _, _, _, Old.runs v_rows v_columns h, New.runs v_rows v_columns h, g⟩

end QED
