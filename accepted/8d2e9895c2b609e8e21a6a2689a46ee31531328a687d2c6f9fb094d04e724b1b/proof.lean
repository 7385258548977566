theorem post (v_ticks : Int) (h : Pre v_ticks) : Post v_ticks (Old.value v_ticks) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_ticks
  try have p0_0 : 0 ≤ v_ticks * v_ticks := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_ticks * (v_ticks * v_ticks) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
