theorem saved (v_low v_high v_modulus : Int) (v_labels : List (Int × Int)) :
    New.ticks v_low v_high v_modulus v_labels + 2 * v_labels.length = Old.ticks v_low v_high v_modulus v_labels + 4 := by
  induction v_labels with
  | nil => rfl
  | cons first rest ih =>
    simp only [New.ticks, New.out, Old.ticks, Old.out, List.map_cons, List.sum_cons, List.length_cons] at *
    omega

theorem cost (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : List (Int × Int))
    (h : Pre v_low v_high v_modulus v_labels) :
    New.ticks v_low v_high v_modulus v_labels ≤ Old.ticks v_low v_high v_modulus v_labels + 4 := by
  have := saved v_low v_high v_modulus v_labels
  omega

theorem gain : ∀ m : Nat, ∃ (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : List (Int × Int)),
    Pre v_low v_high v_modulus v_labels ∧
      New.ticks v_low v_high v_modulus v_labels + m ≤ Old.ticks v_low v_high v_modulus v_labels := by
  intro m
  refine ⟨0, 0, 1, List.replicate (m + 2) (0, 0), ⟨by omega, ?_⟩, ?_⟩
  · intro x hx
    rw [List.eq_of_mem_replicate hx]
    simp
  · have := saved 0 0 1 (List.replicate (m + 2) (0, 0))
    rw [List.length_replicate] at this
    omega

theorem post (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (h : Pre v_low v_high v_modulus v_labels) : Post v_low v_high v_modulus v_labels (Old.value v_low v_high v_modulus v_labels) := by
  simp only [Pre] at h
  try have own0 := saved v_low v_high v_modulus v_labels
  try have q0 := le_mul_self v_low
  try have p0_0 : 0 ≤ v_low * v_low := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_low * (v_low * v_low) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_high
  try have p1_0 : 0 ≤ v_high * v_low := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_high * (v_high * v_low) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_high * v_high := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_high * (v_high * v_high) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q2 := le_mul_self v_modulus
  try have p2_0 : 0 ≤ v_modulus * v_low := Int.mul_nonneg (by omega) (by omega)
  try have t2_0 : 0 ≤ v_modulus * (v_modulus * v_low) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_1 : 0 ≤ v_modulus * v_high := Int.mul_nonneg (by omega) (by omega)
  try have t2_1 : 0 ≤ v_modulus * (v_modulus * v_high) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_2 : 0 ≤ v_modulus * v_modulus := Int.mul_nonneg (by omega) (by omega)
  try have t2_2 : 0 ≤ v_modulus * (v_modulus * v_modulus) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (h : Pre v_low v_high v_modulus v_labels) : New.value v_low v_high v_modulus v_labels = Old.value v_low v_high v_modulus v_labels := by
  simp only [Pre] at h
  try have own0 := saved v_low v_high v_modulus v_labels
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
