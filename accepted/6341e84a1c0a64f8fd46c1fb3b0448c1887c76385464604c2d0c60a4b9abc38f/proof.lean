theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_n : Int) (h : Pre v_n) : New.value v_n = Old.value v_n := by
  simp only [Pre] at h
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_n : Int) (h : Pre v_n) : New.ticks v_n ≤ Old.ticks v_n := by
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n < Old.ticks v_n := by
  refine ⟨(1 : Int), ?_, ?_⟩
  · simp only [Pre] <;> first | trivial | omega | grind
  · simp [Old.value, Old.ticks, Old.out, New.value, New.ticks, New.out, pick, fdiv, fmod, item, updated, bound, upto, span, least, greatest, List.range, List.range.loop, Int.max_def, Int.min_def]

theorem accepted : Statement := statement_of same post cost gain
