theorem old1_post_a_0 (v_a : Int) (v_b : Int) (h0 : (v_a ≥ 0)) (h1 : (v_b ≥ 0)) : ((Old.shadow1 v_a v_b).v_a ≥ 0) := by
  fun_induction Old.shadow1 v_a v_b <;> first | omega | grind

theorem post (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : Post v_a v_b (Old.value v_a v_b) := by
  simp only [Pre] at h
  try have eOld0 := old1_post_a_0 v_a v_b (by omega) (by omega)
  try have q0 := le_mul_self v_a
  try have p0_0 : 0 ≤ v_a * v_a := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_a * (v_a * v_a) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_b
  try have p1_0 : 0 ≤ v_b * v_a := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_b * (v_b * v_a) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_b * v_b := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_b * (v_b * v_b) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
