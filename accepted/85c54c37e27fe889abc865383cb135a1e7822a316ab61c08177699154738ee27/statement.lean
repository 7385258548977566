@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_first : Int) (v_growth : Int) (v_months : Int) : Prop := (v_months ≥ 0)

def Post (v_first : Int) (v_growth : Int) (v_months : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_first : Int
  v_growth : Int
  v_months : Int
  v_saved : Int
  v_rate : Int
  v_month : Int
  result : Int

def body1 : Cmd S (Int × Int × Int) Int :=
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_saved := (s.v_saved + s.v_rate) }))
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_rate := (s.v_rate + s.v_growth) }))
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_month := (s.v_month + 1) }))))

def loop1 : Cmd S (Int × Int × Int) Int := loop (fun _ => True) (fun _ => 2) (fun s => (s.v_month < s.v_months)) (fun _ _ => True) (fun s => ((s.v_months - s.v_month) + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 2) (fun s => (s.v_month < s.v_months)) (fun s => ((s.v_months - s.v_month) + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_saved : Int
  v_rate : Int
  v_month : Int
  ticks : Nat

def shadow1 (v_growth : Int) (v_months : Int) (v_saved : Int) (v_rate : Int) (v_month : Int) : Last1 :=
  if (v_month < v_months) then
    ⟨(shadow1 v_growth v_months (v_saved + v_rate) (v_rate + v_growth) (v_month + 1)).v_saved, (shadow1 v_growth v_months (v_saved + v_rate) (v_rate + v_growth) (v_month + 1)).v_rate, (shadow1 v_growth v_months (v_saved + v_rate) (v_rate + v_growth) (v_month + 1)).v_month, 2 + (2 + 2 + 2) + (shadow1 v_growth v_months (v_saved + v_rate) (v_rate + v_growth) (v_month + 1)).ticks⟩
  else ⟨v_saved, v_rate, v_month, 2⟩
termination_by ((v_months - v_month) + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_first : Int) (v_growth : Int) (v_months : Int) (v_saved : Int) (v_rate : Int) (v_month : Int) (result : Int) :
    denote call loop1 ⟨v_first, v_growth, v_months, v_saved, v_rate, v_month, result⟩ = some (fall, ⟨v_first, v_growth, v_months, (shadow1 v_growth v_months v_saved v_rate v_month).v_saved, (shadow1 v_growth v_months v_saved v_rate v_month).v_rate, (shadow1 v_growth v_months v_saved v_rate v_month).v_month, result⟩, (shadow1 v_growth v_months v_saved v_rate v_month).ticks) := by
  fun_induction shadow1 v_growth v_months v_saved v_rate v_month <;> rw [loop1_unfold] <;> (first | (simp (disch := omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; done) | (simp (disch := omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; omega) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; done) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; omega))

def prog : Proc S (Int × Int × Int) Int where
  start := fun x => ⟨x.1, x.2.1, x.2.2, 0, 0, 0, 0⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_saved := 0 }))
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_rate := s.v_first }))
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with v_month := 0 }))
    (seq loop1
    (seq (step (fun _ => True) (fun _ => 0) (fun s => { s with result := s.v_saved })) (exit ret))))))

def out (v_first : Int) (v_growth : Int) (v_months : Int) : S × Nat :=
    (⟨v_first, v_growth, v_months, (shadow1 v_growth v_months 0 v_first 0).v_saved, (shadow1 v_growth v_months 0 v_first 0).v_rate, (shadow1 v_growth v_months 0 v_first 0).v_month, (shadow1 v_growth v_months 0 v_first 0).v_saved⟩, 1 + 1 + 1 + (shadow1 v_growth v_months 0 v_first 0).ticks)

def value (v_first : Int) (v_growth : Int) (v_months : Int) : Int := (out v_first v_growth v_months).1.result

def ticks (v_first : Int) (v_growth : Int) (v_months : Int) : Nat := (out v_first v_growth v_months).2

theorem does (call) (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : denote call (prog.body (v_first, v_growth, v_months)) (prog.start (v_first, v_growth, v_months)) =
    some (ret, (out v_first v_growth v_months).1, (out v_first v_growth v_months).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; done) | (simp (disch := omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; omega) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; done) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; omega))

theorem runs (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : Run prog (v_first, v_growth, v_months) (value v_first v_growth v_months) (ticks v_first v_growth v_months) :=
  runs_of_denote prog (fun x => Pre x.1 x.2.1 x.2.2) (fun x => (value x.1 x.2.1 x.2.2, ticks x.1 x.2.1 x.2.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2.1 x.2.2).1, does _ x.1 x.2.1 x.2.2 h, rfl⟩) (v_first, v_growth, v_months) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_first : Int) (v_growth : Int) (v_months : Int), Pre v_first v_growth v_months → ∃ r k, Run Old.prog (v_first, v_growth, v_months) r k ∧ Post v_first v_growth v_months r

theorem statement_of (post : ∀ (v_first : Int) (v_growth : Int) (v_months : Int), Pre v_first v_growth v_months → Post v_first v_growth v_months (Old.value v_first v_growth v_months)) : Statement := by
  unfold Statement
  intro v_first v_growth v_months h
  exact ⟨_, _, Old.runs v_first v_growth v_months h, post v_first v_growth v_months h⟩

end QED
