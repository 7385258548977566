@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) : Prop := ((v_modulus > 0) ∧ (∀ v_each_1 ∈ v_labels, ((v_each_1.1) ≥ 0)))

def Post (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (v_result : (List Int)) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_low : Int
  v_high : Int
  v_modulus : Int
  v_labels : (List (Int × Int))
  result : (List Int)

def prog : Proc S (Int × Int × Int × (List (Int × Int))) (List Int) where
  start := fun x => ⟨x.1, x.2.1, x.2.2.1, x.2.2.2, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun s => (∀ v_each_1 ∈ s.v_labels, (((s.v_modulus ≠ 0) ∧ ((¬((fmod s.v_high s.v_modulus) = (v_each_1.2))) ∨ ((v_each_1.1) ≥ 0))) ∧ ((s.v_modulus ≠ 0) ∧ ((¬((fmod s.v_low s.v_modulus) = (v_each_1.2))) ∨ ((v_each_1.1) ≥ 0)))))) (fun s => (1 + (List.sum (List.map (fun (v_each_1 : (Int × Int)) => (2 + ((1 + (4 + (pick ((fmod s.v_high s.v_modulus) = (v_each_1.2)) 2 0))) + (4 + (pick ((fmod s.v_low s.v_modulus) = (v_each_1.2)) 2 0))))) s.v_labels)))) (fun s => { s with result := (List.map (fun (v_each_1 : (Int × Int)) => ((pick ((fmod s.v_high s.v_modulus) = (v_each_1.2)) (s.v_high ^ ((v_each_1.1)).toNat) 0) - (pick ((fmod s.v_low s.v_modulus) = (v_each_1.2)) (s.v_low ^ ((v_each_1.1)).toNat) 0))) s.v_labels) })) (exit ret))

def out (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) : S × Nat :=
    (⟨v_low, v_high, v_modulus, v_labels, (List.map (fun (v_each_1 : (Int × Int)) => ((pick ((fmod v_high v_modulus) = (v_each_1.2)) (v_high ^ ((v_each_1.1)).toNat) 0) - (pick ((fmod v_low v_modulus) = (v_each_1.2)) (v_low ^ ((v_each_1.1)).toNat) 0))) v_labels)⟩, (1 + (List.sum (List.map (fun (v_each_1 : (Int × Int)) => (2 + ((1 + (4 + (pick ((fmod v_high v_modulus) = (v_each_1.2)) 2 0))) + (4 + (pick ((fmod v_low v_modulus) = (v_each_1.2)) 2 0))))) v_labels))))

def value (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) : (List Int) := (out v_low v_high v_modulus v_labels).1.result

def ticks (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) : Nat := (out v_low v_high v_modulus v_labels).2

theorem does (call) (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (h : Pre v_low v_high v_modulus v_labels) : denote call (prog.body (v_low, v_high, v_modulus, v_labels)) (prog.start (v_low, v_high, v_modulus, v_labels)) =
    some (ret, (out v_low v_high v_modulus v_labels).1, (out v_low v_high v_modulus v_labels).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> first | (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))) | ((try (rename_i g; have g : ¬_ := fun t => g ⟨h, t⟩)) <;> (try simp only [and_assoc] at h) <;> have e1 := trivial <;> (try obtain ⟨_, e1⟩ := h) <;> (first | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind only [usr item_mem, mem_item, mem_upto, tail_length_lt, List.mem_append, List.mem_singleton, List.length_append]) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e1]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e1]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e1]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))))

theorem runs (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (h : Pre v_low v_high v_modulus v_labels) : Run prog (v_low, v_high, v_modulus, v_labels) (value v_low v_high v_modulus v_labels) (ticks v_low v_high v_modulus v_labels) :=
  runs_of_denote prog (fun x => Pre x.1 x.2.1 x.2.2.1 x.2.2.2) (fun x => (value x.1 x.2.1 x.2.2.1 x.2.2.2, ticks x.1 x.2.1 x.2.2.1 x.2.2.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2.1 x.2.2.1 x.2.2.2).1, does _ x.1 x.2.1 x.2.2.1 x.2.2.2 h, rfl⟩) (v_low, v_high, v_modulus, v_labels) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  ∀ (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))), Pre v_low v_high v_modulus v_labels → ∃ r k, Run Old.prog (v_low, v_high, v_modulus, v_labels) r k ∧ Post v_low v_high v_modulus v_labels r

theorem statement_of (post : ∀ (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))), Pre v_low v_high v_modulus v_labels → Post v_low v_high v_modulus v_labels (Old.value v_low v_high v_modulus v_labels)) : Statement := by
  unfold Statement
  intro v_low v_high v_modulus v_labels h
  exact ⟨_, _, Old.runs v_low v_high v_modulus v_labels h, post v_low v_high v_modulus v_labels h⟩

end QED
