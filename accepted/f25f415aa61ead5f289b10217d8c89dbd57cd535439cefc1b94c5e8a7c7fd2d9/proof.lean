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
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : New.value v_rows v_columns = Old.value v_rows v_columns := by
  simp only [Pre] at h
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : New.ticks v_rows v_columns ≤ Old.ticks v_rows v_columns := by
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns ∧ New.ticks v_rows v_columns < Old.ticks v_rows v_columns := by
  refine ⟨(0 : Int), (0 : Int), ?_, ?_⟩
  · simp only [Pre] <;> first | trivial | omega | grind
  · simp [Old.value, Old.ticks, Old.out, New.value, New.ticks, New.out, pick, fdiv, fmod, item, updated, bound, upto, span, least, greatest, List.range, List.range.loop, Int.max_def, Int.min_def]

theorem accepted : Statement := statement_of same post cost gain
