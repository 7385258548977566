theorem post (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : Post v_first v_growth v_months (Old.value v_first v_growth v_months) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_first
  try have p0_0 : 0 ≤ v_first * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_first * (v_first * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_growth
  try have p1_0 : 0 ≤ v_growth * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_growth * (v_growth * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_growth * v_growth := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_growth * (v_growth * v_growth) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q2 := le_mul_self v_months
  try have p2_0 : 0 ≤ v_months * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t2_0 : 0 ≤ v_months * (v_months * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_1 : 0 ≤ v_months * v_growth := Int.mul_nonneg (by omega) (by omega)
  try have t2_1 : 0 ≤ v_months * (v_months * v_growth) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_2 : 0 ≤ v_months * v_months := Int.mul_nonneg (by omega) (by omega)
  try have t2_2 : 0 ≤ v_months * (v_months * v_months) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
