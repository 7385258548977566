theorem post (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : Post v_rows v_columns (Old.value v_rows v_columns) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_rows
  try have p0_0 : 0 ≤ v_rows * v_rows := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_rows * (v_rows * v_rows) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_columns
  try have p1_0 : 0 ≤ v_columns * v_rows := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_columns * (v_columns * v_rows) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_columns * v_columns := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_columns * (v_columns * v_columns) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
