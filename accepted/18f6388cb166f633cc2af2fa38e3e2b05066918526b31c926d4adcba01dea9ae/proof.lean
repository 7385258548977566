theorem old1_total (v_total : Int) (v_i : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 1)) (h1 : (v_stop_1 ≥ 1)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : 6 * (Old.shadow1 v_total v_i v_next_1 v_stop_1).v_total = ((6 * v_total) + ((v_next_1 * ((v_next_1 * (((-2) * v_next_1) + 3)) - 1)) + (v_stop_1 * ((v_stop_1 * ((2 * v_stop_1) - 3)) + 1)))) := by
  fun_induction Old.shadow1 v_total v_i v_next_1 v_stop_1 <;> grind

theorem old1_idle (v_total : Int) (v_i : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_total v_i v_next_1 v_stop_1).v_total = v_total ∧ (Old.shadow1 v_total v_i v_next_1 v_stop_1).v_i = v_i ∧ (Old.shadow1 v_total v_i v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_idle 0 0 1 (v_n + 1) (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
