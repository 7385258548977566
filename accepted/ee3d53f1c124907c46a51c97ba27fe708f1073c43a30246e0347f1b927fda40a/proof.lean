theorem post (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : Post v_logarithm v_pulls (Old.value v_logarithm v_pulls) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_logarithm
  try have p0_0 : 0 ≤ v_logarithm * v_logarithm := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_logarithm * (v_logarithm * v_logarithm) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
