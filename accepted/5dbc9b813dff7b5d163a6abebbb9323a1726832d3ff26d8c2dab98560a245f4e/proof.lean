theorem post (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : Post v_count v_stride (Old.value v_count v_stride) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_count
  try have p0_0 : 0 ≤ v_count * v_count := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_count * (v_count * v_count) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_stride
  try have p1_0 : 0 ≤ v_stride * v_count := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_stride * (v_stride * v_count) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_stride * v_stride := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_stride * (v_stride * v_stride) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
