theorem post (v_days : Int) (h : Pre v_days) : Post v_days (Old.value v_days) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_days
  try have p0_0 : 0 ≤ v_days * v_days := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_days * (v_days * v_days) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
