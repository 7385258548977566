def left_82f21e3a7f13 (x0 : Int) (x1 : Int) (x2 : Int) (x3 : Int) : Int :=
  if (x1 < x2) then
    (left_82f21e3a7f13 (x0 + x3) (x1 + 1) x2 (x3 + 2))
  else x0
termination_by ((x2 - x1)).toNat
decreasing_by all_goals first | omega | grind

theorem left_82f21e3a7f13_form : ∀ (x0 : Int) (x1 : Int) (x2 : Int) (x3 : Int) (h0 : ((x2 - x1) > (-1))), (left_82f21e3a7f13 x0 x1 x2 x3) = (x0 + ((x1 * ((x1 + (((-2) * x2) + 1)) - x3)) + (x2 * (x3 + (x2 - 1))))) := by
  intro x0 x1 x2 x3 h0
  first | (fun_induction left_82f21e3a7f13 x0 x1 x2 x3 <;> grind) | (fun_induction left_82f21e3a7f13 x0 x1 x2 x3 <;> first | omega | grind | (simp_all; omega))

theorem old1_total_left (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) : (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total = left_82f21e3a7f13 v_total v_next_1 v_stop_1 v_odd := by
  fun_induction Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1 <;> rw [left_82f21e3a7f13] <;> simp only [*, if_true, if_false]

theorem old1_total (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : ((v_stop_1 - v_next_1) > (-1))) : (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total = (v_total + ((v_next_1 * ((v_next_1 + (((-2) * v_stop_1) + 1)) - v_odd)) + (v_stop_1 * (v_odd + (v_stop_1 - 1))))) := by
  rw [old1_total_left]; exact left_82f21e3a7f13_form v_total v_next_1 v_stop_1 v_odd h0

theorem old1_ticks (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : ((Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).ticks : Int) = (((-6) * v_next_1) + ((6 * v_stop_1) + 1)) := by
  fun_induction Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1 <;> grind [old1_total]

theorem old1_idle (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total = v_total ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_odd = v_odd ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v__ = v__ ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 0 v_n (by omega)
  try have eOld1 := old1_ticks 0 1 0 0 v_n (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 0 v_n (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_n : Int) (h : Pre v_n) : New.value v_n = Old.value v_n := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 0 v_n (by omega)
  try have eOld1 := old1_ticks 0 1 0 0 v_n (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 0 v_n (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_n : Int) (h : Pre v_n) : New.ticks v_n ≤ Old.ticks v_n := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 0 v_n (by omega)
  try have eOld1 := old1_ticks 0 1 0 0 v_n (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 0 v_n (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n < Old.ticks v_n := by
  refine ⟨(0 : Int), ?_, ?_⟩
  · simp only [Pre] <;> first | trivial | omega | grind
  · simp [Old.value, Old.ticks, Old.out, Old.shadow1, New.value, New.ticks, New.out, pick, fdiv, fmod, item, updated, bound, upto, span, least, greatest, List.range, List.range.loop, Int.max_def, Int.min_def]

theorem accepted : Statement := statement_of same post cost gain
