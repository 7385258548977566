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
  v_count : Int
  v_height : Int
  v_width : Int
  v_next_2 : Int
  v_stop_2 : Int
  v_next_1 : Int
  v_stop_1 : Int
  result : Int

def body2 : Cmd S (Int × Int) Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_width := s.v_next_2, v_next_2 := (s.v_next_2 + 1) }))
    (step (fun _ => True) (fun _ => 7) (fun s => { s with v_count := (s.v_count + (((s.v_rows - s.v_height) + 1) * ((s.v_columns - s.v_width) + 1))) })))

def loop2 : Cmd S (Int × Int) Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_2 < s.v_stop_2)) (fun _ _ => True) (fun s => ((s.v_stop_2 - s.v_next_2)).toNat) body2

theorem loop2_unfold (call) (s : S) : denote call loop2 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_2 < s.v_stop_2)) (fun s => ((s.v_stop_2 - s.v_next_2)).toNat) (denote call body2) (denote call loop2) s := denote_loop ..

structure Last2 where
  v_count : Int
  v_width : Int
  v_next_2 : Int
  ticks : Nat

def shadow2 (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) : Last2 :=
  if (v_next_2 < v_stop_2) then
    ⟨(shadow2 v_rows v_columns (v_count + (((v_rows - v_height) + 1) * ((v_columns - v_next_2) + 1))) v_height v_next_2 (v_next_2 + 1) v_stop_2).v_count, (shadow2 v_rows v_columns (v_count + (((v_rows - v_height) + 1) * ((v_columns - v_next_2) + 1))) v_height v_next_2 (v_next_2 + 1) v_stop_2).v_width, (shadow2 v_rows v_columns (v_count + (((v_rows - v_height) + 1) * ((v_columns - v_next_2) + 1))) v_height v_next_2 (v_next_2 + 1) v_stop_2).v_next_2, 1 + (1 + 7) + (shadow2 v_rows v_columns (v_count + (((v_rows - v_height) + 1) * ((v_columns - v_next_2) + 1))) v_height v_next_2 (v_next_2 + 1) v_stop_2).ticks⟩
  else ⟨v_count, v_width, v_next_2, 1⟩
termination_by ((v_stop_2 - v_next_2)).toNat
decreasing_by all_goals first | omega | grind

theorem loop2_does (call) (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop2 ⟨v_rows, v_columns, v_count, v_height, v_width, v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_rows, v_columns, (shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_count, v_height, (shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_width, (shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩, (shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).ticks) := by
  fun_induction shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 <;> rw [loop2_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def body1 : Cmd S (Int × Int) Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_height := s.v_next_1, v_next_1 := (s.v_next_1 + 1) }))
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_stop_2 := (s.v_columns + 1), v_next_2 := 1 }))
    loop2))

def loop1 : Cmd S (Int × Int) Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun _ _ => True) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_count : Int
  v_height : Int
  v_width : Int
  v_next_2 : Int
  v_stop_2 : Int
  v_next_1 : Int
  ticks : Nat

def shadow1 (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) : Last1 :=
  if (v_next_1 < v_stop_1) then
    ⟨(shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_count, (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_height, (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_width, (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_next_2, (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_stop_2, (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).v_next_1, 1 + (1 + 2 + (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).ticks) + (shadow1 v_rows v_columns (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_count v_next_1 (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_width (shadow2 v_rows v_columns v_count v_next_1 v_width 1 (v_columns + 1)).v_next_2 (v_columns + 1) (v_next_1 + 1) v_stop_1).ticks⟩
  else ⟨v_count, v_height, v_width, v_next_2, v_stop_2, v_next_1, 1⟩
termination_by ((v_stop_1 - v_next_1)).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop1 ⟨v_rows, v_columns, v_count, v_height, v_width, v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_rows, v_columns, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_count, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_height, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_width, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_2, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_stop_2, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_1, v_stop_1, result⟩, (shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).ticks) := by
  fun_induction shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1 <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S (Int × Int) Int where
  start := fun x => ⟨x.1, x.2, 0, 0, 0, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_count := 0 }))
    (seq (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_stop_1 := (s.v_rows + 1), v_next_1 := 1 }))
    loop1)
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_count })) (exit ret))))

def out (v_rows : Int) (v_columns : Int) : S × Nat :=
    (⟨v_rows, v_columns, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_count, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_height, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_width, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_next_2, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_stop_2, (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_next_1, (v_rows + 1), (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).v_count⟩, 1 + 2 + (shadow1 v_rows v_columns 0 0 0 0 0 1 (v_rows + 1)).ticks)

def value (v_rows : Int) (v_columns : Int) : Int := (out v_rows v_columns).1.result

def ticks (v_rows : Int) (v_columns : Int) : Nat := (out v_rows v_columns).2

theorem does (call) (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : denote call (prog.body (v_rows, v_columns)) (prog.start (v_rows, v_columns)) =
    some (ret, (out v_rows v_columns).1, (out v_rows v_columns).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : Run prog (v_rows, v_columns) (value v_rows v_columns) (ticks v_rows v_columns) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_rows, v_columns) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → ∃ r k, Run Old.prog (v_rows, v_columns) r k ∧ Post v_rows v_columns r

theorem statement_of (post : ∀ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns → Post v_rows v_columns (Old.value v_rows v_columns)) : Statement := by
  unfold Statement
  intro v_rows v_columns h
  exact ⟨_, _, Old.runs v_rows v_columns h, post v_rows v_columns h⟩

end QED
