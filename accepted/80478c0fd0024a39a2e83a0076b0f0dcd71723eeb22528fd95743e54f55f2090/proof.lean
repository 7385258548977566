theorem old2_spheres (v_spheres : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (h0 : (v_next_2 ≥ 1)) (h1 : (v_stop_2 ≥ 2)) (h2 : (v_next_2 ≤ v_stop_2)) (h3 : ((v_stop_2 - v_next_2) > (-1))) : 2 * (Old.shadow2 v_spheres v_row v_next_2 v_stop_2).v_spheres = ((2 * v_spheres) + ((v_next_2 * (1 - v_next_2)) + (v_stop_2 * (v_stop_2 - 1)))) := by
  fun_induction Old.shadow2 v_spheres v_row v_next_2 v_stop_2 <;> grind

theorem old2_idle (v_spheres : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (h : ¬(v_next_2 < v_stop_2)) : (Old.shadow2 v_spheres v_row v_next_2 v_stop_2).v_spheres = v_spheres ∧ (Old.shadow2 v_spheres v_row v_next_2 v_stop_2).v_row = v_row ∧ (Old.shadow2 v_spheres v_row v_next_2 v_stop_2).v_next_2 = v_next_2 := by
  rw [Old.shadow2]; simp only [h, and_false, if_false, and_self]

theorem old1_spheres (v_spheres : Int) (v_layer : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 1)) (h1 : (v_stop_1 ≥ 1)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : 6 * (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_spheres = ((6 * v_spheres) + ((v_next_1 * ((v_next_1 * (-v_next_1)) + 1)) + (v_stop_1 * ((v_stop_1 * v_stop_1) - 1)))) := by
  fun_induction Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1 <;> grind [old2_spheres]

theorem old1_idle (v_spheres : Int) (v_layer : Int) (v_row : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_spheres = v_spheres ∧ (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_layer = v_layer ∧ (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_row = v_row ∧ (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_2 = v_next_2 ∧ (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_stop_2 = v_stop_2 ∧ (Old.shadow1 v_spheres v_layer v_row v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_spheres 0 0 0 0 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_idle 0 0 0 0 0 1 (v_n + 1) (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of post
