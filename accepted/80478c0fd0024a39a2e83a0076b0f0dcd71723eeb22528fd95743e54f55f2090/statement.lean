@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_n : Int) : Prop := (v_n ≥ 0)

def Post (v_n : Int) (v_result : Int) : Prop := ((6 * v_result) = ((v_n * (v_n + 1)) * (v_n + 2)))

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_n : Int
  v_spheres : Int
  v_layer : Int
  v_row : Int
  v_next_2 : Int
  v_stop_2 : Int
  v_next_1 : Int
  v_stop_1 : Int
  result : Int

def body2 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_row := s.v_next_2, v_next_2 := (s.v_next_2 + 1) }))
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_spheres := (s.v_spheres + s.v_row) })))

def loop2 : Cmd S Int Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_2 < s.v_stop_2)) (fun _ _ => True) (fun s => ((s.v_stop_2 - s.v_next_2)).toNat) body2

theorem loop2_unfold (call) (s : S) : denote call loop2 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_2 < s.v_stop_2)) (fun s => ((s.v_stop_2 - s.v_next_2)).toNat) (denote call body2) (denote call loop2) s := denote_loop ..

structure Last2 where
  v_spheres : Int
  v_row : Int
  v_next_2 : Int
  ticks : Nat

def shadow2 (v_spheres : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) : Last2 :=
  if (v_next_2 < v_stop_2) then
    ⟨(shadow2 (v_spheres + v_next_2) v_next_2 (v_next_2 + 1) v_stop_2).v_spheres, (shadow2 (v_spheres + v_next_2) v_next_2 (v_next_2 + 1) v_stop_2).v_row, (shadow2 (v_spheres + v_next_2) v_next_2 (v_next_2 + 1) v_stop_2).v_next_2, 1 + (1 + 2) + (shadow2 (v_spheres + v_next_2) v_next_2 (v_next_2 + 1) v_stop_2).ticks⟩
  else ⟨v_spheres, v_row, v_next_2, 1⟩
termination_by ((v_stop_2 - v_next_2)).toNat
decreasing_by all_goals first | omega | grind

theorem loop2_does (call) (v_n : Int) (v_spheres : Int) (v_layer : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop2 ⟨v_n, v_spheres, v_layer, v_row, v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_n, (shadow2 v_spheres v_row v_next_2 v_stop_2).v_spheres, v_layer, (shadow2 v_spheres v_row v_next_2 v_stop_2).v_row, (shadow2 v_spheres v_row v_next_2 v_stop_2).v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩, (shadow2 v_spheres v_row v_next_2 v_stop_2).ticks) := by
  fun_induction shadow2 v_spheres v_row v_next_2 v_stop_2 <;> rw [loop2_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body2, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def body1 : Cmd S Int Int :=
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_layer := s.v_next_1, v_next_1 := (s.v_next_1 + 1) }))
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_stop_2 := (s.v_layer + 1), v_next_2 := 1 }))
    loop2))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun _ _ => True) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 1) (fun s => (s.v_next_1 < s.v_stop_1)) (fun s => ((s.v_stop_1 - s.v_next_1)).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_spheres : Int
  v_layer : Int
  v_row : Int
  v_next_2 : Int
  v_stop_2 : Int
  v_next_1 : Int
  ticks : Nat

def shadow1 (v_spheres : Int) (v_layer : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) : Last1 :=
  if (v_next_1 < v_stop_1) then
    ⟨(shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_spheres, (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_layer, (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_row, (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_next_2, (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_stop_2, (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).v_next_1, 1 + (1 + 2 + (shadow2 v_spheres v_row 1 (v_next_1 + 1)).ticks) + (shadow1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_spheres v_next_1 (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_row (shadow2 v_spheres v_row 1 (v_next_1 + 1)).v_next_2 (v_next_1 + 1) (v_next_1 + 1) v_stop_1).ticks⟩
  else ⟨v_spheres, v_layer, v_row, v_next_2, v_stop_2, v_next_1, 1⟩
termination_by ((v_stop_1 - v_next_1)).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_n : Int) (v_spheres : Int) (v_layer : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) :
    denote call loop1 ⟨v_n, v_spheres, v_layer, v_row, v_next_2, v_stop_2, v_next_1, v_stop_1, result⟩ = some (fall, ⟨v_n, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_spheres, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_layer, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_row, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_2, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_stop_2, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_1, v_stop_1, result⟩, (shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).ticks) := by
  fun_induction shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1 <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, loop2_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0, 0, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_spheres := 0 }))
    (seq (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_stop_1 := (s.v_n + 1), v_next_1 := 1 }))
    loop1)
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_spheres })) (exit ret))))

def out (v_n : Int) : S × Nat :=
    (⟨v_n, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_spheres, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_layer, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_row, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_next_2, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_stop_2, (shadow1 0 0 0 0 0 1 (v_n + 1)).v_next_1, (v_n + 1), (shadow1 0 0 0 0 0 1 (v_n + 1)).v_spheres⟩, 1 + 2 + (shadow1 0 0 0 0 0 1 (v_n + 1)).ticks)

def value (v_n : Int) : Int := (out v_n).1.result

def ticks (v_n : Int) : Nat := (out v_n).2

theorem does (call) (v_n : Int) (h : Pre v_n) : denote call (prog.body v_n) (prog.start v_n) =
    some (ret, (out v_n).1, (out v_n).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, loop2_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

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
