theorem old1_total (v_a : Int) (v_b : Int) (v_total : Int) (h0 : (v_b ≥ 0)) (h1 : (v_b > (-1))) : (Old.shadow1 v_a v_b v_total).v_total = (v_total + (v_a * v_b)) := by
  fun_induction Old.shadow1 v_a v_b v_total <;> grind

theorem old1_ticks (v_a : Int) (v_b : Int) (v_total : Int) (h0 : (v_b ≥ 0)) (h1 : (v_b > (-1))) : ((Old.shadow1 v_a v_b v_total).ticks : Int) = (2 * ((3 * v_b) + 1)) := by
  fun_induction Old.shadow1 v_a v_b v_total <;> grind [old1_total]

theorem old1_idle (v_a : Int) (v_b : Int) (v_total : Int) (h : ¬(v_b > 0)) : (Old.shadow1 v_a v_b v_total).v_b = v_b ∧ (Old.shadow1 v_a v_b v_total).v_total = v_total := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : Post v_a v_b (Old.value v_a v_b) := by
  simp only [Pre] at h
  try have eOld0 := old1_total v_a v_b 0 (by omega) (by omega)
  try have eOld1 := old1_ticks v_a v_b 0 (by omega) (by omega)
  try have eOld2 := old1_idle v_a v_b 0 (by omega)
  try have q0 := le_mul_self v_a
  try have p0_0 : 0 ≤ v_a * v_a := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_a * (v_a * v_a) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_b
  try have p1_0 : 0 ≤ v_b * v_a := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_b * (v_b * v_a) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_b * v_b := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_b * (v_b * v_b) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : New.value v_a v_b = Old.value v_a v_b := by
  simp only [Pre] at h
  try have eOld0 := old1_total v_a v_b 0 (by omega) (by omega)
  try have eOld1 := old1_ticks v_a v_b 0 (by omega) (by omega)
  try have eOld2 := old1_idle v_a v_b 0 (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_a : Int) (v_b : Int) (h : Pre v_a v_b) : New.ticks v_a v_b ≤ Old.ticks v_a v_b := by
  simp only [Pre] at h
  try have eOld0 := old1_total v_a v_b 0 (by omega) (by omega)
  try have eOld1 := old1_ticks v_a v_b 0 (by omega) (by omega)
  try have eOld2 := old1_idle v_a v_b 0 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_a : Int) (v_b : Int), Pre v_a v_b ∧ New.ticks v_a v_b < Old.ticks v_a v_b := by
  obtain ⟨v_a, e_v_a⟩ : ∃ v : Int, v = (5 : Int) := ⟨_, rfl⟩
  obtain ⟨v_b, e_v_b⟩ : ∃ v : Int, v = (11 : Int) := ⟨_, rfl⟩
  have h : Pre v_a v_b := by simp only [Pre]; first | trivial | omega | grind
  refine ⟨v_a, v_b, h, ?_⟩
  simp only [Pre] at h
  try have eOld0 := old1_total v_a v_b 0 (by omega) (by omega)
  try have eOld1 := old1_ticks v_a v_b 0 (by omega) (by omega)
  try have eOld2 := old1_idle v_a v_b 0 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
