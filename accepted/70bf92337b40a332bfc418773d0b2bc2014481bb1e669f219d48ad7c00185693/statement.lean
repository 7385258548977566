@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : Prop := ((v_prime > 0) ∧ ((List.length v_row : Int) = (List.length v_pivot : Int)) ∧ (0 ≤ v_start ∧ v_start ≤ (List.length v_row : Int)) ∧ (∀ v_each_1 ∈ v_row, (0 ≤ v_each_1 ∧ v_each_1 < v_prime)) ∧ ((List.take (bound v_pivot v_start) v_pivot) = (List.replicate (v_start).toNat (0 : Int))))

def Post (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (v_result : (List Int)) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_row : (List Int)
  v_pivot : (List Int)
  v_factor : Int
  v_prime : Int
  v_start : Int
  result : (List Int)

def prog : Proc S ((List Int) × (List Int) × Int × Int × Int) (List Int) where
  start := fun x => ⟨x.1, x.2.1, x.2.2.1, x.2.2.2.1, x.2.2.2.2, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun s => (∀ v_each_1 ∈ (upto 0 (List.length s.v_row : Int)), ((((-(List.length s.v_row : Int)) ≤ v_each_1 ∧ v_each_1 < (List.length s.v_row : Int)) ∧ ((-(List.length s.v_pivot : Int)) ≤ v_each_1 ∧ v_each_1 < (List.length s.v_pivot : Int))) ∧ (s.v_prime ≠ 0)))) (fun s => (3 + (7 * (List.length (upto 0 (List.length s.v_row : Int)))))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (fmod ((item s.v_row v_each_1) - (s.v_factor * (item s.v_pivot v_each_1))) s.v_prime)) (upto 0 (List.length s.v_row : Int))) })) (exit ret))

def out (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : S × Nat :=
    (⟨v_row, v_pivot, v_factor, v_prime, v_start, (List.map (fun (v_each_1 : Int) => (fmod ((item v_row v_each_1) - (v_factor * (item v_pivot v_each_1))) v_prime)) (upto 0 (List.length v_row : Int)))⟩, (3 + (7 * (List.length (upto 0 (List.length v_row : Int))))))

def value (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : (List Int) := (out v_row v_pivot v_factor v_prime v_start).1.result

def ticks (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : Nat := (out v_row v_pivot v_factor v_prime v_start).2

theorem does (call) (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : denote call (prog.body (v_row, v_pivot, v_factor, v_prime, v_start)) (prog.start (v_row, v_pivot, v_factor, v_prime, v_start)) =
    some (ret, (out v_row v_pivot v_factor v_prime v_start).1, (out v_row v_pivot v_factor v_prime v_start).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> first | (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))) | ((try (rename_i g; have g : ¬_ := fun t => g ⟨h, t⟩)) <;> (try simp only [and_assoc] at h) <;> have e4 := trivial <;> (try obtain ⟨_, _, _, _, e4, _⟩ := h) <;> (first | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind only [usr item_mem, mem_item, mem_upto, tail_length_lt, List.mem_append, List.mem_singleton, List.length_append]) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))))

theorem runs (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : Run prog (v_row, v_pivot, v_factor, v_prime, v_start) (value v_row v_pivot v_factor v_prime v_start) (ticks v_row v_pivot v_factor v_prime v_start) :=
  runs_of_denote prog (fun x => Pre x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2) (fun x => (value x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2, ticks x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2).1, does _ x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2 h, rfl⟩) (v_row, v_pivot, v_factor, v_prime, v_start) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_row : (List Int)
  v_pivot : (List Int)
  v_factor : Int
  v_prime : Int
  v_start : Int
  result : (List Int)

def prog : Proc S ((List Int) × (List Int) × Int × Int × Int) (List Int) where
  start := fun x => ⟨x.1, x.2.1, x.2.2.1, x.2.2.2.1, x.2.2.2.2, []⟩
  result := S.result
  body := fun _ =>
    (seq (branch (fun _ => True) (fun _ => 4) (fun s => ((6 * s.v_start) ≤ (List.length s.v_row : Int))) (seq (step (fun s => (∀ v_each_1 ∈ (upto 0 (List.length s.v_row : Int)), ((((-(List.length s.v_row : Int)) ≤ v_each_1 ∧ v_each_1 < (List.length s.v_row : Int)) ∧ ((-(List.length s.v_pivot : Int)) ≤ v_each_1 ∧ v_each_1 < (List.length s.v_pivot : Int))) ∧ (s.v_prime ≠ 0)))) (fun s => (3 + (7 * (List.length (upto 0 (List.length s.v_row : Int)))))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (fmod ((item s.v_row v_each_1) - (s.v_factor * (item s.v_pivot v_each_1))) s.v_prime)) (upto 0 (List.length s.v_row : Int))) })) (exit ret)) skip)
    (seq (step (fun s => (∀ v_each_2 ∈ (upto s.v_start (List.length s.v_row : Int)), ((((-(List.length s.v_row : Int)) ≤ v_each_2 ∧ v_each_2 < (List.length s.v_row : Int)) ∧ ((-(List.length s.v_pivot : Int)) ≤ v_each_2 ∧ v_each_2 < (List.length s.v_pivot : Int))) ∧ (s.v_prime ≠ 0)))) (fun s => (((1 + (List.length (List.take (bound s.v_row s.v_start) s.v_row))) + (3 + (7 * (List.length (upto s.v_start (List.length s.v_row : Int)))))) + (1 + (List.length ((List.take (bound s.v_row s.v_start) s.v_row) ++ (List.map (fun (v_each_2 : Int) => (fmod ((item s.v_row v_each_2) - (s.v_factor * (item s.v_pivot v_each_2))) s.v_prime)) (upto s.v_start (List.length s.v_row : Int)))))))) (fun s => { s with result := ((List.take (bound s.v_row s.v_start) s.v_row) ++ (List.map (fun (v_each_2 : Int) => (fmod ((item s.v_row v_each_2) - (s.v_factor * (item s.v_pivot v_each_2))) s.v_prime)) (upto s.v_start (List.length s.v_row : Int)))) })) (exit ret)))

def out (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : S × Nat :=
    if ((6 * v_start) ≤ (List.length v_row : Int)) then
      (⟨v_row, v_pivot, v_factor, v_prime, v_start, (List.map (fun (v_each_1 : Int) => (fmod ((item v_row v_each_1) - (v_factor * (item v_pivot v_each_1))) v_prime)) (upto 0 (List.length v_row : Int)))⟩, 4 + (3 + (7 * (List.length (upto 0 (List.length v_row : Int))))))
    else
      (⟨v_row, v_pivot, v_factor, v_prime, v_start, ((List.take (bound v_row v_start) v_row) ++ (List.map (fun (v_each_2 : Int) => (fmod ((item v_row v_each_2) - (v_factor * (item v_pivot v_each_2))) v_prime)) (upto v_start (List.length v_row : Int))))⟩, 4 + (((1 + (List.length (List.take (bound v_row v_start) v_row))) + (3 + (7 * (List.length (upto v_start (List.length v_row : Int)))))) + (1 + (List.length ((List.take (bound v_row v_start) v_row) ++ (List.map (fun (v_each_2 : Int) => (fmod ((item v_row v_each_2) - (v_factor * (item v_pivot v_each_2))) v_prime)) (upto v_start (List.length v_row : Int))))))))

def value (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : (List Int) := (out v_row v_pivot v_factor v_prime v_start).1.result

def ticks (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) : Nat := (out v_row v_pivot v_factor v_prime v_start).2

theorem does (call) (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : denote call (prog.body (v_row, v_pivot, v_factor, v_prime, v_start)) (prog.start (v_row, v_pivot, v_factor, v_prime, v_start)) =
    some (ret, (out v_row v_pivot v_factor v_prime v_start).1, (out v_row v_pivot v_factor v_prime v_start).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> first | (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))) | ((try (rename_i g; have g : ¬_ := fun t => g ⟨h, t⟩)) <;> (try simp only [and_assoc] at h) <;> have e4 := trivial <;> (try obtain ⟨_, _, _, _, e4, _⟩ := h) <;> (first | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind only [usr item_mem, mem_item, mem_upto, tail_length_lt, List.mem_append, List.mem_singleton, List.length_append]) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; (simp (disch := (first | ((repeat' apply And.intro) <;> first | assumption | omega | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | grind) | fail)) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *, -e4]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)))))

theorem runs (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : Run prog (v_row, v_pivot, v_factor, v_prime, v_start) (value v_row v_pivot v_factor v_prime v_start) (ticks v_row v_pivot v_factor v_prime v_start) :=
  runs_of_denote prog (fun x => Pre x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2) (fun x => (value x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2, ticks x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2).1, does _ x.1 x.2.1 x.2.2.1 x.2.2.2.1 x.2.2.2.2 h, rfl⟩) (v_row, v_pivot, v_factor, v_prime, v_start) h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more than 5 ticks more, and what it saves is unbounded. -/
def Statement : Prop :=
  (∀ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start → ∃ r k r' k', Run Old.prog (v_row, v_pivot, v_factor, v_prime, v_start) r k ∧ Run New.prog (v_row, v_pivot, v_factor, v_prime, v_start) r' k' ∧ r' = r ∧ Post v_row v_pivot v_factor v_prime v_start r' ∧ k' ≤ k + 5) ∧
  (∀ m : Nat, ∃ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start ∧ ∃ r k r' k', Run Old.prog (v_row, v_pivot, v_factor, v_prime, v_start) r k ∧ Run New.prog (v_row, v_pivot, v_factor, v_prime, v_start) r' k' ∧ k' + m ≤ k)

theorem statement_of
    (same : ∀ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start → New.value v_row v_pivot v_factor v_prime v_start = Old.value v_row v_pivot v_factor v_prime v_start)
    (post : ∀ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start → Post v_row v_pivot v_factor v_prime v_start (Old.value v_row v_pivot v_factor v_prime v_start))
    (cost : ∀ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start → New.ticks v_row v_pivot v_factor v_prime v_start ≤ Old.ticks v_row v_pivot v_factor v_prime v_start + 5)
    (gain : ∀ m : Nat, ∃ (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int), Pre v_row v_pivot v_factor v_prime v_start ∧ New.ticks v_row v_pivot v_factor v_prime v_start + m ≤ Old.ticks v_row v_pivot v_factor v_prime v_start) : Statement := by
  unfold Statement
  constructor
  · intro v_row v_pivot v_factor v_prime v_start h
    refine ⟨_, _, _, _, Old.runs v_row v_pivot v_factor v_prime v_start h, New.runs v_row v_pivot v_factor v_prime v_start h, same v_row v_pivot v_factor v_prime v_start h, ?_, cost v_row v_pivot v_factor v_prime v_start h⟩
    rw [same v_row v_pivot v_factor v_prime v_start h]
    exact post v_row v_pivot v_factor v_prime v_start h
  · intro m; obtain ⟨v_row, v_pivot, v_factor, v_prime, v_start, h, g⟩ := gain m
    exact ⟨v_row, v_pivot, v_factor, v_prime, v_start, h, _, _, _, _, Old.runs v_row v_pivot v_factor v_prime v_start h, New.runs v_row v_pivot v_factor v_prime v_start h, g⟩

end QED
