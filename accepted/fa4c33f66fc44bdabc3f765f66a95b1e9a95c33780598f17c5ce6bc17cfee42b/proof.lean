theorem old1_total (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 0)) (h1 : (v_stop_1 ≥ 0)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total = (v_total + ((v_next_1 * ((v_next_1 + (((-2) * v_stop_1) + 1)) - v_odd)) + (v_stop_1 * (v_odd + (v_stop_1 - 1))))) := by
  fun_induction Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1 <;> grind

theorem old1_idle (v_total : Int) (v_odd : Int) (v__ : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_total = v_total ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_odd = v_odd ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v__ = v__ ∧ (Old.shadow1 v_total v_odd v__ v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 0 v_n (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_idle 0 1 0 0 v_n (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
