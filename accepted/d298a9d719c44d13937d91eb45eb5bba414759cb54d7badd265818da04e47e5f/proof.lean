theorem old1_nights (v_nights : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (T : Int) (hT : T = (((v_stop_1 - v_next_1) + 2) / 3)) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ (v_stop_1 + 2))) (h3 : ((v_stop_1 - v_next_1) > (-3))) : (Old.shadow1 v_nights v__ v_next_1 v_stop_1).v_nights = (v_nights + T) := by
  fun_induction Old.shadow1 v_nights v__ v_next_1 v_stop_1 generalizing T <;> first | (rename_i ih; have step := ih (T - 1) (by omega) (by omega) (by omega) (by omega); first | omega | grind) | (have zero : T = 0 := (by omega); subst zero; first | omega | grind)

theorem old1_ticks (v_nights : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (T : Int) (hT : T = (((v_stop_1 - v_next_1) + 2) / 3)) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ (v_stop_1 + 2))) (h3 : ((v_stop_1 - v_next_1) > (-3))) : ((Old.shadow1 v_nights v__ v_next_1 v_stop_1).ticks : Int) = ((4 * T) + 1) := by
  fun_induction Old.shadow1 v_nights v__ v_next_1 v_stop_1 generalizing T <;> first | (rename_i ih; have step := ih (T - 1) (by omega) (by omega) (by omega) (by omega); first | omega | grind [old1_nights]) | (have zero : T = 0 := (by omega); subst zero; first | omega | grind [old1_nights])

theorem old1_idle (v_nights : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_nights v__ v_next_1 v_stop_1).v_nights = v_nights ∧ (Old.shadow1 v_nights v__ v_next_1 v_stop_1).v__ = v__ ∧ (Old.shadow1 v_nights v__ v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_days : Int) (h : Pre v_days) : Post v_days (Old.value v_days) := by
  simp only [Pre] at h
  try have eOld0 := old1_nights 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 0 0 v_days (by omega)
  try have q0 := le_mul_self v_days
  try have p0_0 : 0 ≤ v_days * v_days := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_days * (v_days * v_days) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_days : Int) (h : Pre v_days) : New.value v_days = Old.value v_days := by
  simp only [Pre] at h
  try have eOld0 := old1_nights 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 0 0 v_days (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_days : Int) (h : Pre v_days) : New.ticks v_days ≤ Old.ticks v_days := by
  simp only [Pre] at h
  try have eOld0 := old1_nights 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 0 0 v_days _ rfl (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 0 0 v_days (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_days : Int), Pre v_days ∧ New.ticks v_days < Old.ticks v_days := by
  refine ⟨(0 : Int), ?_, ?_⟩
  · simp only [Pre] <;> first | trivial | omega | grind
  · simp [Old.value, Old.ticks, Old.out, Old.shadow1, New.value, New.ticks, New.out, pick, fdiv, fmod, item, updated, bound, upto, span, least, greatest, List.range, List.range.loop, Int.max_def, Int.min_def]

theorem accepted : Statement := statement_of same post cost gain
