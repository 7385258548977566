theorem old1_total (v_total : Int) (v_sign : Int) (v_k : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 1)) (h1 : (v_stop_1 ≥ 1)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : 2 * (Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).v_total = ((2 * v_total) + (pick (((v_stop_1 - v_next_1) % 2) = 0) (v_sign * ((v_next_1 * (v_next_1 - 1)) + (v_stop_1 * (1 - v_stop_1)))) (v_sign * ((v_next_1 * (v_next_1 - 1)) + (v_stop_1 * (v_stop_1 - 1)))))) := by
  fun_induction Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1 <;> grind

theorem old1_ticks (v_total : Int) (v_sign : Int) (v_k : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_next_1 ≥ 1)) (h1 : (v_stop_1 ≥ 1)) (h2 : (v_next_1 ≤ v_stop_1)) (h3 : ((v_stop_1 - v_next_1) > (-1))) : ((Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).ticks : Int) = (((-8) * v_next_1) + ((8 * v_stop_1) + 1)) := by
  fun_induction Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1 <;> grind [old1_total]

theorem old1_idle (v_total : Int) (v_sign : Int) (v_k : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).v_total = v_total ∧ (Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).v_sign = v_sign ∧ (Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).v_k = v_k ∧ (Old.shadow1 v_total v_sign v_k v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 1 (v_n + 1) (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_n : Int) (h : Pre v_n) : New.value v_n = Old.value v_n := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 1 (v_n + 1) (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_n : Int) (h : Pre v_n) : New.ticks v_n ≤ Old.ticks v_n + 3 := by
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 1 (v_n + 1) (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n + m ≤ Old.ticks v_n := by
  intro m
  obtain ⟨v_n, e_v_n⟩ : ∃ v : Int, v = (1) * (m : Int) + (1) := ⟨_, rfl⟩
  have h : Pre v_n := by subst_vars; simp only [Pre] <;> first | trivial | omega | grind
  refine ⟨v_n, h, ?_⟩
  simp only [Pre] at h
  try have eOld0 := old1_total 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks 0 1 0 1 (v_n + 1) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle 0 1 0 1 (v_n + 1) (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
