@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_logarithm : Int) (v_pulls : (List Int)) : Prop := True

def Post (v_logarithm : Int) (v_pulls : (List Int)) (v_result : (List Int)) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_logarithm : Int
  v_pulls : (List Int)
  result : (List Int)

def prog : Proc S (Int × (List Int)) (List Int) where
  start := fun x => ⟨x.1, x.2, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun s => (1 + (5 * (List.length s.v_pulls)))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (((s.v_logarithm * v_each_1) * 65536) / 64)) s.v_pulls) })) (exit ret))

def out (v_logarithm : Int) (v_pulls : (List Int)) : S × Nat :=
    (⟨v_logarithm, v_pulls, (List.map (fun (v_each_1 : Int) => (((v_logarithm * v_each_1) * 65536) / 64)) v_pulls)⟩, (1 + (5 * (List.length v_pulls))))

def value (v_logarithm : Int) (v_pulls : (List Int)) : (List Int) := (out v_logarithm v_pulls).1.result

def ticks (v_logarithm : Int) (v_pulls : (List Int)) : Nat := (out v_logarithm v_pulls).2

theorem does (call) (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : denote call (prog.body (v_logarithm, v_pulls)) (prog.start (v_logarithm, v_pulls)) =
    some (ret, (out v_logarithm v_pulls).1, (out v_logarithm v_pulls).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : Run prog (v_logarithm, v_pulls) (value v_logarithm v_pulls) (ticks v_logarithm v_pulls) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_logarithm, v_pulls) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_logarithm : Int
  v_pulls : (List Int)
  v_scale : Int
  result : (List Int)

def prog : Proc S (Int × (List Int)) (List Int) where
  start := fun x => ⟨x.1, x.2, 0, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_scale := (s.v_logarithm * 1024) }))
    (seq (step (fun _ => True) (fun s => (1 + (3 * (List.length s.v_pulls)))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (s.v_scale * v_each_1)) s.v_pulls) })) (exit ret)))

def out (v_logarithm : Int) (v_pulls : (List Int)) : S × Nat :=
    (⟨v_logarithm, v_pulls, (v_logarithm * 1024), (List.map (fun (v_each_1 : Int) => ((v_logarithm * 1024) * v_each_1)) v_pulls)⟩, 2 + (1 + (3 * (List.length v_pulls))))

def value (v_logarithm : Int) (v_pulls : (List Int)) : (List Int) := (out v_logarithm v_pulls).1.result

def ticks (v_logarithm : Int) (v_pulls : (List Int)) : Nat := (out v_logarithm v_pulls).2

theorem does (call) (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : denote call (prog.body (v_logarithm, v_pulls)) (prog.start (v_logarithm, v_pulls)) =
    some (ret, (out v_logarithm v_pulls).1, (out v_logarithm v_pulls).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : Run prog (v_logarithm, v_pulls) (value v_logarithm v_pulls) (ticks v_logarithm v_pulls) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_logarithm, v_pulls) h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more than 2 ticks more, and what it saves is unbounded. -/
def Statement : Prop :=
  (∀ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls → ∃ r k r' k', Run Old.prog (v_logarithm, v_pulls) r k ∧ Run New.prog (v_logarithm, v_pulls) r' k' ∧ r' = r ∧ Post v_logarithm v_pulls r' ∧ k' ≤ k + 2) ∧
  (∀ m : Nat, ∃ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls ∧ ∃ r k r' k', Run Old.prog (v_logarithm, v_pulls) r k ∧ Run New.prog (v_logarithm, v_pulls) r' k' ∧ k' + m ≤ k)

theorem statement_of
    (same : ∀ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls → New.value v_logarithm v_pulls = Old.value v_logarithm v_pulls)
    (post : ∀ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls → Post v_logarithm v_pulls (Old.value v_logarithm v_pulls))
    (cost : ∀ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls → New.ticks v_logarithm v_pulls ≤ Old.ticks v_logarithm v_pulls + 2)
    (gain : ∀ m : Nat, ∃ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls ∧ New.ticks v_logarithm v_pulls + m ≤ Old.ticks v_logarithm v_pulls) : Statement := by
  unfold Statement
  constructor
  · intro v_logarithm v_pulls h
    refine ⟨_, _, _, _, Old.runs v_logarithm v_pulls h, New.runs v_logarithm v_pulls h, same v_logarithm v_pulls h, ?_, cost v_logarithm v_pulls h⟩
    rw [same v_logarithm v_pulls h]
    exact post v_logarithm v_pulls h
  · intro m; obtain ⟨v_logarithm, v_pulls, h, g⟩ := gain m
    exact ⟨v_logarithm, v_pulls, h, _, _, _, _, Old.runs v_logarithm v_pulls h, New.runs v_logarithm v_pulls h, g⟩

end QED
