theorem post (v_year : Int) (h : Pre v_year) : Post v_year (Old.value v_year) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_year
  try have p0_0 : 0 ≤ v_year * v_year := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_year * (v_year * v_year) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have d0_0 : 0 ≤ (v_year - 1) * v_year := Int.mul_nonneg (by omega) (by omega)
  try have d0_1 : 0 ≤ (v_year - 1) * (v_year - 1) := Int.mul_nonneg (by omega) (by omega)
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
