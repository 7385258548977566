theorem old1_before (v_before : Int) (v_now : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : (Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).v_before = (v_before + ((v_next_1 * (v_before + ((5 * (v_next_1 + (((-2) * v_stop_1) + 1))) - v_now))) + (v_stop_1 * ((v_now + (5 * (v_stop_1 - 1))) - v_before)))) := by
  fun_induction Old.shadow1 v_before v_now v__ v_next_1 v_stop_1 <;> grind

theorem old1_ticks (v_before : Int) (v_now : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : ((Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).ticks : Int) = (((-7) * v_next_1) + ((7 * v_stop_1) + 1)) := by
  fun_induction Old.shadow1 v_before v_now v__ v_next_1 v_stop_1 <;> grind [old1_before]

theorem old1_idle (v_before : Int) (v_now : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).v_before = v_before ∧ (Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).v_now = v_now ∧ (Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).v__ = v__ ∧ (Old.shadow1 v_before v_now v__ v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_ticks : Int) (h : Pre v_ticks) : Post v_ticks (Old.value v_ticks) := by
  simp only [Pre] at h
  try have eOld0 := old1_before 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 5 0 0 v_ticks (by omega)
  try have q0 := le_mul_self v_ticks
  try have p0_0 : 0 ≤ v_ticks * v_ticks := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_ticks * (v_ticks * v_ticks) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_ticks : Int) (h : Pre v_ticks) : New.value v_ticks = Old.value v_ticks := by
  simp only [Pre] at h
  try have eOld0 := old1_before 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 5 0 0 v_ticks (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_ticks : Int) (h : Pre v_ticks) : New.ticks v_ticks ≤ Old.ticks v_ticks := by
  simp only [Pre] at h
  try have eOld0 := old1_before 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 5 0 0 v_ticks (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 5 0 0 v_ticks (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_ticks : Int), Pre v_ticks ∧ New.ticks v_ticks < Old.ticks v_ticks := by
  refine ⟨(0 : Int), ?_, ?_⟩
  · simp only [Pre] <;> first | trivial | omega | grind
  · simp [Old.value, Old.ticks, Old.out, Old.shadow1, New.value, New.ticks, New.out, pick, fdiv, fmod, item, updated, bound, upto, span, least, greatest, List.range, List.range.loop, Int.max_def, Int.min_def]

theorem accepted : Statement := statement_of same post cost gain
