@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_n : Int) (v_up : Bool) (v_by : Int) : Prop := ((v_by ≠ 0) ∧ ((fdiv v_n v_by) ≥ 0))

def Post (v_n : Int) (v_up : Bool) (v_by : Int) (v_result : Int) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_n : Int
  v_up : Bool
  v_by : Int
  result : Int

def body1 : Cmd S (Int × Bool × Int) Int :=
    (seq (branch (fun _ => True) (fun s => (1 + (pick (s.v_up = true) 3 0))) (fun s => ((s.v_up = true) ∧ ((s.v_n % 2) = 1))) (seq (step (fun s => (s.v_by ≠ 0)) (fun _ => 1) (fun s => { s with result := (fdiv s.v_n s.v_by) })) (exit ret)) skip)
    (step (fun _ => True) (fun _ => 2) (fun s => { s with v_n := (s.v_n / 2) })))

def loop1 : Cmd S (Int × Bool × Int) Int := loop (fun _ => True) (fun _ => 2) (fun s => (s.v_n > 1)) (fun _ _ => True) (fun s => (s.v_n + 1).toNat) body1

theorem loop1_unfold (call) (s : S) : denote call loop1 s =
    unroll (fun _ => True) (fun _ => 2) (fun s => (s.v_n > 1)) (fun s => (s.v_n + 1).toNat) (denote call body1) (denote call loop1) s := denote_loop ..

structure Last1 where
  v_n : Int
  result : Int
  ticks : Nat
  returned : Bool

def shadow1 (v_n : Int) (v_up : Bool) (v_by : Int) (result : Int) : Last1 :=
  if (v_n > 1) then
    if ((v_up = true) ∧ ((v_n % 2) = 1)) then
      ⟨v_n, (fdiv v_n v_by), 2 + ((1 + (pick (v_up = true) 3 0)) + 1), true⟩
    else
      ⟨(shadow1 (v_n / 2) v_up v_by result).v_n, (shadow1 (v_n / 2) v_up v_by result).result, 2 + ((1 + (pick (v_up = true) 3 0)) + 2) + (shadow1 (v_n / 2) v_up v_by result).ticks, (shadow1 (v_n / 2) v_up v_by result).returned⟩
  else ⟨v_n, result, 2, false⟩
termination_by (v_n + 1).toNat
decreasing_by all_goals first | omega | grind

theorem loop1_does (call) (v_n : Int) (v_up : Bool) (v_by : Int) (result : Int) :
    denote call loop1 ⟨v_n, v_up, v_by, result⟩ = some (if (shadow1 v_n v_up v_by result).returned then ret else fall, ⟨(shadow1 v_n v_up v_by result).v_n, v_up, v_by, (shadow1 v_n v_up v_by result).result⟩, (shadow1 v_n v_up v_by result).ticks) := by
  fun_induction shadow1 v_n v_up v_by result <;> rw [loop1_unfold] <;> ((try simp only [Bool.not_eq_true] at *) <;> (try subst_vars) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, body1, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))))

def prog : Proc S (Int × Bool × Int) Int where
  start := fun x => ⟨x.1, x.2.1, x.2.2, 0⟩
  result := S.result
  body := fun _ =>
    (seq loop1
    (seq (step (fun _ => True) (fun _ => 1) (fun s => { s with result := (Int.natAbs s.v_n : Int) })) (exit ret)))

def out (v_n : Int) (v_up : Bool) (v_by : Int) : S × Nat :=
    if (shadow1 v_n v_up v_by 0).returned then
      (⟨(shadow1 v_n v_up v_by 0).v_n, v_up, v_by, (shadow1 v_n v_up v_by 0).result⟩, (shadow1 v_n v_up v_by 0).ticks)
    else
      (⟨(shadow1 v_n v_up v_by 0).v_n, v_up, v_by, (Int.natAbs (shadow1 v_n v_up v_by 0).v_n : Int)⟩, (shadow1 v_n v_up v_by 0).ticks + 1)

def value (v_n : Int) (v_up : Bool) (v_by : Int) : Int := (out v_n v_up v_by).1.result

def ticks (v_n : Int) (v_up : Bool) (v_by : Int) : Nat := (out v_n v_up v_by).2

theorem does (call) (v_n : Int) (v_up : Bool) (v_by : Int) (h : Pre v_n v_up v_by) : denote call (prog.body (v_n, v_up, v_by)) (prog.start (v_n, v_up, v_by)) =
    some (ret, (out v_n v_up v_by).1, (out v_n v_up v_by).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> ((try simp only [Bool.not_eq_true] at *) <;> (try subst_vars) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, loop1_does, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))))

theorem runs (v_n : Int) (v_up : Bool) (v_by : Int) (h : Pre v_n v_up v_by) : Run prog (v_n, v_up, v_by) (value v_n v_up v_by) (ticks v_n v_up v_by) :=
  runs_of_denote prog (fun x => Pre x.1 x.2.1 x.2.2) (fun x => (value x.1 x.2.1 x.2.2, ticks x.1 x.2.1 x.2.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2.1 x.2.2).1, does _ x.1 x.2.1 x.2.2 h, rfl⟩) (v_n, v_up, v_by) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_n : Int) (v_up : Bool) (v_by : Int), Pre v_n v_up v_by → ∃ r k, Run Old.prog (v_n, v_up, v_by) r k ∧ Post v_n v_up v_by r

theorem statement_of (post : ∀ (v_n : Int) (v_up : Bool) (v_by : Int), Pre v_n v_up v_by → Post v_n v_up v_by (Old.value v_n v_up v_by)) : Statement := by
  unfold Statement
  intro v_n v_up v_by h
  exact ⟨_, _, Old.runs v_n v_up v_by h, post v_n v_up v_by h⟩

end QED
