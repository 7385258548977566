@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED

def Pre (v_count : Int) (v_stride : Int) : Prop := (v_count ≥ 0)

def Post (v_count : Int) (v_stride : Int) (v_result : (List Int)) : Prop := True

end QED

namespace QED.Old
open QED Cmd Flow

structure S where
  v_count : Int
  v_stride : Int
  result : (List Int)

def prog : Proc S (Int × Int) (List Int) where
  start := fun x => ⟨x.1, x.2, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun s => (∀ v_each_1 ∈ (upto 0 s.v_count), ((s.v_count + 1) ≠ 0))) (fun s => (2 + (5 * (List.length (upto 0 s.v_count))))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (fmod (v_each_1 * s.v_stride) (s.v_count + 1))) (upto 0 s.v_count)) })) (exit ret))

def out (v_count : Int) (v_stride : Int) : S × Nat :=
    (⟨v_count, v_stride, (List.map (fun (v_each_1 : Int) => (fmod (v_each_1 * v_stride) (v_count + 1))) (upto 0 v_count))⟩, (2 + (5 * (List.length (upto 0 v_count)))))

def value (v_count : Int) (v_stride : Int) : (List Int) := (out v_count v_stride).1.result

def ticks (v_count : Int) (v_stride : Int) : Nat := (out v_count v_stride).2

theorem does (call) (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : denote call (prog.body (v_count, v_stride)) (prog.start (v_count, v_stride)) =
    some (ret, (out v_count v_stride).1, (out v_count v_stride).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : Run prog (v_count, v_stride) (value v_count v_stride) (ticks v_count v_stride) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_count, v_stride) h

end QED.Old

-- the claim
@[expose] public noncomputable section
set_option linter.all false
set_option linter.unusedSimpArgs false
set_option maxHeartbeats 400000
namespace QED.New
open QED Cmd Flow

structure S where
  v_count : Int
  v_stride : Int
  v_fixed : Int
  result : (List Int)

def prog : Proc S (Int × Int) (List Int) where
  start := fun x => ⟨x.1, x.2, 0, []⟩
  result := S.result
  body := fun _ =>
    (seq (step (fun _ => True) (fun _ => 2) (fun s => { s with v_fixed := (s.v_count + 1) }))
    (seq (step (fun s => (∀ v_each_1 ∈ (upto 0 s.v_count), (s.v_fixed ≠ 0))) (fun s => (2 + (4 * (List.length (upto 0 s.v_count))))) (fun s => { s with result := (List.map (fun (v_each_1 : Int) => (fmod (v_each_1 * s.v_stride) s.v_fixed)) (upto 0 s.v_count)) })) (exit ret)))

def out (v_count : Int) (v_stride : Int) : S × Nat :=
    (⟨v_count, v_stride, (v_count + 1), (List.map (fun (v_each_1 : Int) => (fmod (v_each_1 * v_stride) (v_count + 1))) (upto 0 v_count))⟩, 2 + (2 + (4 * (List.length (upto 0 v_count)))))

def value (v_count : Int) (v_stride : Int) : (List Int) := (out v_count v_stride).1.result

def ticks (v_count : Int) (v_stride : Int) : Nat := (out v_count v_stride).2

theorem does (call) (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : denote call (prog.body (v_count, v_stride)) (prog.start (v_count, v_stride)) =
    some (ret, (out v_count v_stride).1, (out v_count v_stride).2) := by
  simp only [Pre] at h
  simp only [out]
  (repeat' split) <;> (first | (simp (disch := first | omega) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)) | (simp only [Int.le_antisymm_iff] at *; first | (simp (disch := first | omega | grind) only [unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero, reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true, prog, out, if_pos, if_neg, pick_eq, *]; first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega))))

theorem runs (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : Run prog (v_count, v_stride) (value v_count v_stride) (ticks v_count v_stride) :=
  runs_of_denote prog (fun x => Pre x.1 x.2) (fun x => (value x.1 x.2, ticks x.1 x.2)) (fun _ => 0)
    (fun x h => ⟨(out x.1 x.2).1, does _ x.1 x.2 h, rfl⟩) (v_count, v_stride) h

end QED.New

namespace QED

/-- On every input that the contract allows both versions end and raise nothing; the new one returns what the old one returns,
meets the contract, never costs more than 2 ticks more, and what it saves is unbounded. -/
def Statement : Prop :=
  (∀ (v_count : Int) (v_stride : Int), Pre v_count v_stride → ∃ r k r' k', Run Old.prog (v_count, v_stride) r k ∧ Run New.prog (v_count, v_stride) r' k' ∧ r' = r ∧ Post v_count v_stride r' ∧ k' ≤ k + 2) ∧
  (∀ m : Nat, ∃ (v_count : Int) (v_stride : Int), Pre v_count v_stride ∧ ∃ r k r' k', Run Old.prog (v_count, v_stride) r k ∧ Run New.prog (v_count, v_stride) r' k' ∧ k' + m ≤ k)

theorem statement_of
    (same : ∀ (v_count : Int) (v_stride : Int), Pre v_count v_stride → New.value v_count v_stride = Old.value v_count v_stride)
    (post : ∀ (v_count : Int) (v_stride : Int), Pre v_count v_stride → Post v_count v_stride (Old.value v_count v_stride))
    (cost : ∀ (v_count : Int) (v_stride : Int), Pre v_count v_stride → New.ticks v_count v_stride ≤ Old.ticks v_count v_stride + 2)
    (gain : ∀ m : Nat, ∃ (v_count : Int) (v_stride : Int), Pre v_count v_stride ∧ New.ticks v_count v_stride + m ≤ Old.ticks v_count v_stride) : Statement := by
  unfold Statement
  constructor
  · intro v_count v_stride h
    refine ⟨_, _, _, _, Old.runs v_count v_stride h, New.runs v_count v_stride h, same v_count v_stride h, ?_, cost v_count v_stride h⟩
    rw [same v_count v_stride h]
    exact post v_count v_stride h
  · intro m; obtain ⟨v_count, v_stride, h, g⟩ := gain m
    exact ⟨v_count, v_stride, h, _, _, _, _, Old.runs v_count v_stride h, New.runs v_count v_stride h, g⟩

end QED
