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
  obtain ⟨v_n, e_v_n⟩ : ∃ v : Int, v = (11 : Int) := ⟨_, rfl⟩
  have h : Pre v_n := by subst_vars; simp only [Pre]; first | trivial | omega | grind
  refine ⟨v_n, h, ?_⟩
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
