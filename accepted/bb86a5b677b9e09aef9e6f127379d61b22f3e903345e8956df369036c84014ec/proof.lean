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
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : New.value v_count v_stride = Old.value v_count v_stride := by
  simp only [Pre] at h
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_count : Int) (v_stride : Int) (h : Pre v_count v_stride) : New.ticks v_count v_stride ≤ Old.ticks v_count v_stride + 2 := by
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_count : Int) (v_stride : Int), Pre v_count v_stride ∧ New.ticks v_count v_stride + m ≤ Old.ticks v_count v_stride := by
  intro m
  obtain ⟨v_count, e_v_count⟩ : ∃ v : Int, v = (1) * (m : Int) + (14) := ⟨_, rfl⟩
  obtain ⟨v_stride, e_v_stride⟩ : ∃ v : Int, v = (0 : Int) := ⟨_, rfl⟩
  have h : Pre v_count v_stride := by subst_vars; simp only [Pre] <;> first | trivial | omega | grind
  refine ⟨v_count, v_stride, h, ?_⟩
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
