theorem old1_post_side_0 (v_n : Int) (v_side : Int) (h0 : (v_n ≥ 0)) (h1 : (v_side ≥ 0)) (h2 : (v_side ≤ v_n)) (h3 : ((v_side * (v_side + 1)) ≤ (2 * v_n))) : ((2 * v_n) < (((Old.shadow1 v_n v_side).v_side + 1) * ((Old.shadow1 v_n v_side).v_side + 2))) := by
  fun_induction Old.shadow1 v_n v_side <;> first | omega | grind

theorem old1_post_side_1 (v_n : Int) (v_side : Int) (h0 : (v_n ≥ 0)) (h1 : (v_side ≥ 0)) (h2 : (v_side ≤ v_n)) (h3 : ((v_side * (v_side + 1)) ≤ (2 * v_n))) : (((Old.shadow1 v_n v_side).v_side * ((Old.shadow1 v_n v_side).v_side + 1)) ≤ (2 * v_n)) := by
  fun_induction Old.shadow1 v_n v_side <;> first | omega | grind [old1_post_side_0]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_post_side_0 v_n 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_post_side_1 v_n 0 (by omega) (by omega) (by omega) (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
