theorem post (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : Post v_row v_pivot v_factor v_prime v_start (Old.value v_row v_pivot v_factor v_prime v_start) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_factor
  try have p0_0 : 0 ≤ v_factor * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_factor * (v_factor * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_prime
  try have p1_0 : 0 ≤ v_prime * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_prime * (v_prime * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_prime * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_prime * (v_prime * v_prime) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q2 := le_mul_self v_start
  try have p2_0 : 0 ≤ v_start * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t2_0 : 0 ≤ v_start * (v_start * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_1 : 0 ≤ v_start * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have t2_1 : 0 ≤ v_start * (v_start * v_prime) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_2 : 0 ≤ v_start * v_start := Int.mul_nonneg (by omega) (by omega)
  try have t2_2 : 0 ≤ v_start * (v_start * v_start) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have d0_0 : 0 ≤ ((List.length v_row : Int) - v_start) * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have d0_1 : 0 ≤ ((List.length v_row : Int) - v_start) * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have d0_2 : 0 ≤ ((List.length v_row : Int) - v_start) * v_start := Int.mul_nonneg (by omega) (by omega)
  try have d0_3 : 0 ≤ ((List.length v_row : Int) - v_start) * ((List.length v_row : Int) - v_start) := Int.mul_nonneg (by omega) (by omega)
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
