@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_year : Int) : Prop := (v_year ≥ 1)

def Post (v_year : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_year : Int
  v_days : Int
  v_y : Int
  result : Int

def body1 : Cmd S Int Int :=
    (seq (branch (fun _ => True) (fun s => (1 + (2 + (pick ((s.v_y % 4) = 0) (1 + (2 + (pick ((s.v_y % 100) ≠ 0) 0 3))) 0)))) (fun s => (((s.v_y % 4) = 0) ∧ (((s.v_y % 100) ≠ 0) ∨ ((s.v_y % 400) = 0)))) (step (fun _ => True) (fun _ => 2) (fun s => { s with v_days := (s.v_days + 366) })) (step (fun _ => True) (fun _ => 2) (fun s => { s with v_days := (s.v_days + 365) })))
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_y := (s.v_y + 1) })))

def loop1 : Cmd S Int Int := loop (fun _ => True) (fun _ => 2) (fun s => (s.v_y < s.v_year)) (fun _ _ => True) (fun s => ((s.v_year - s.v_y) + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 2) (fun s => (s.v_y < s.v_year)) (fun s => ((s.v_year - s.v_y) + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_days : Int
  v_y : Int
  ticks : Nat

def shadow1 (v_year : Int) (v_days : Int) (v_y : Int) : Last1 :=
  if (v_y < v_year) then
    if (((v_y % 4) = 0) ∧ (((v_y % 100) ≠ 0) ∨ ((v_y % 400) = 0))) then
      ⟨(shadow1 v_year (v_days + 366) (v_y + 1)).v_days, (shadow1 v_year (v_days + 366) (v_y + 1)).v_y, 2 + ((1 + (2 + (pick ((v_y % 4) = 0) (1 + (2 + (pick ((v_y % 100) ≠ 0) 0 3))) 0))) + 2 + 2) + (shadow1 v_year (v_days + 366) (v_y + 1)).ticks⟩
    else
      ⟨(shadow1 v_year (v_days + 365) (v_y + 1)).v_days, (shadow1 v_year (v_days + 365) (v_y + 1)).v_y, 2 + ((1 + (2 + (pick ((v_y % 4) = 0) (1 + (2 + (pick ((v_y % 100) ≠ 0) 0 3))) 0))) + 2 + 2) + (shadow1 v_year (v_days + 365) (v_y + 1)).ticks⟩
  else ⟨v_days, v_y, 2⟩
termination_by ((v_year - v_y) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_year : Int) (v_days : Int) (v_y : Int) (result : Int) :
    denote call loop1 ⟨v_year, v_days, v_y, result⟩ = some (fall, ⟨v_year, (shadow1 v_year v_days v_y).v_days, (shadow1 v_year v_days v_y).v_y, result⟩, (shadow1 v_year v_days v_y).ticks) := by
  fun_induction shadow1 v_year v_days v_y <;> rw [loop1_unfold] <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_days := 0 }))
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_y := 1 }))
    (seq loop1
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_days })) (exit ret)))))

def out (v_year : Int) : S × Nat :=
    (⟨v_year, (shadow1 v_year 0 1).v_days, (shadow1 v_year 0 1).v_y, (shadow1 v_year 0 1).v_days⟩, 1 + 1 + (shadow1 v_year 0 1).ticks)

def value (v_year : Int) : Int := (out v_year).1.result

def ticks (v_year : Int) : Nat := (out v_year).2

theorem does (call) (v_year : Int) (h : Pre v_year) : denote call (prog.body v_year) (prog.start v_year) =
    some (ret, (out v_year).1, (out v_year).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_year : Int) (h : Pre v_year) : Run prog v_year (value v_year) (ticks v_year) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_year h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_year : Int
  v_t : Int
  result : Int

def prog : Proc S Int Int where
  start := fun x => ⟨x, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_t := (s.v_year - 1) }))
    (seq (step (fun _ => True) (fun _ => 8) (fun s => { s with result := (((((365 * s.v_year) - 365) + (s.v_t / 4)) - (s.v_t / 100)) + (s.v_t / 400)) })) (exit ret)))

def out (v_year : Int) : S × Nat :=
    (⟨v_year, (v_year - 1), (((((365 * v_year) - 365) + ((v_year - 1) / 4)) - ((v_year - 1) / 100)) + ((v_year - 1) / 400))⟩, 2 + 8)

def value (v_year : Int) : Int := (out v_year).1.result

def ticks (v_year : Int) : Nat := (out v_year).2

theorem does (call) (v_year : Int) (h : Pre v_year) : denote call (prog.body v_year) (prog.start v_year) =
    some (ret, (out v_year).1, (out v_year).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_year : Int) (h : Pre v_year) : Run prog v_year (value v_year) (ticks v_year) :=
  runs_of_denote prog (fun x => Pre x) (fun x => (value x, ticks x)) (fun _ => 0)
    (fun x h => ⟨(out x).1, does _ x h, rfl⟩) v_year h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more than 6 ticks more, and what it saves is unbounded. -/
def Statement : Prop :=
  (∀ (v_year : Int), Pre v_year → ∃ r k r' k', Run Old.prog v_year r k ∧ Run New.prog v_year r' k' ∧ r' = r ∧ Post v_year r' ∧ k' ≤ k + 6) ∧
  (∀ m : Nat, ∃ (v_year : Int), Pre v_year ∧ ∃ r k r' k', Run Old.prog v_year r k ∧ Run New.prog v_year r' k' ∧ k' + m ≤ k)

theorem statement_of
    (same : ∀ (v_year : Int), Pre v_year → New.value v_year = Old.value v_year)
    (post : ∀ (v_year : Int), Pre v_year → Post v_year (Old.value v_year))
    (cost : ∀ (v_year : Int), Pre v_year → New.ticks v_year ≤ Old.ticks v_year + 6)
    (gain : ∀ m : Nat, ∃ (v_year : Int), Pre v_year ∧ New.ticks v_year + m ≤ Old.ticks v_year) : Statement := by
  unfold Statement
  constructor
  · intro v_year h
    refine ⟨_, _, _, _, Old.runs v_year h, New.runs v_year h, same v_year h, ?_, cost v_year h⟩
    rw [same v_year h]
    exact post v_year h
  · intro m; obtain ⟨v_year, h, g⟩ := gain m
    exact ⟨v_year, h, _, _, _, _, Old.runs v_year h, New.runs v_year h, g⟩

end QED
