theorem post (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : (List (Int × Int))) (h : Pre v_low v_high v_modulus v_labels) : Post v_low v_high v_modulus v_labels (Old.value v_low v_high v_modulus v_labels) := by
  simp only [Pre] at h
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
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
