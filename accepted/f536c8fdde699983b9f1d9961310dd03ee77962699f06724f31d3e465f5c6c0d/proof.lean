theorem old1_saved (v_growth : Int) (v_months : Int) (v_saved : Int) (v_rate : Int) (v_month : Int) (h0 : (v_months ≥ 0)) (h1 : (v_month ≥ 0)) (h2 : (v_month ≤ v_months)) (h3 : ((v_months - v_month) > (-1))) : 2 * (Old.shadow1 v_growth v_months v_saved v_rate v_month).v_saved = ((2 * v_saved) + ((v_growth * ((v_months * (v_months - ((2 * v_month) + 1))) + (v_month * (v_month + 1)))) + (2 * (v_rate * (v_months - v_month))))) := by
  fun_induction Old.shadow1 v_growth v_months v_saved v_rate v_month <;> grind

theorem old1_ticks (v_growth : Int) (v_months : Int) (v_saved : Int) (v_rate : Int) (v_month : Int) (h0 : (v_months ≥ 0)) (h1 : (v_month ≥ 0)) (h2 : (v_month ≤ v_months)) (h3 : ((v_months - v_month) > (-1))) : ((Old.shadow1 v_growth v_months v_saved v_rate v_month).ticks : Int) = (2 * ((4 * v_months) + (((-4) * v_month) + 1))) := by
  fun_induction Old.shadow1 v_growth v_months v_saved v_rate v_month <;> grind [old1_saved]

theorem old1_idle (v_growth : Int) (v_months : Int) (v_saved : Int) (v_rate : Int) (v_month : Int) (h : ¬(v_month < v_months)) : (Old.shadow1 v_growth v_months v_saved v_rate v_month).v_saved = v_saved ∧ (Old.shadow1 v_growth v_months v_saved v_rate v_month).v_rate = v_rate ∧ (Old.shadow1 v_growth v_months v_saved v_rate v_month).v_month = v_month := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : Post v_first v_growth v_months (Old.value v_first v_growth v_months) := by
  simp only [Pre] at h
  try have eOld0 := old1_saved v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_growth v_months 0 v_first 0 (by omega)
  try have q0 := le_mul_self v_first
  try have p0_0 : 0 ≤ v_first * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_first * (v_first * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_growth
  try have p1_0 : 0 ≤ v_growth * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_growth * (v_growth * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_growth * v_growth := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_growth * (v_growth * v_growth) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q2 := le_mul_self v_months
  try have p2_0 : 0 ≤ v_months * v_first := Int.mul_nonneg (by omega) (by omega)
  try have t2_0 : 0 ≤ v_months * (v_months * v_first) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_1 : 0 ≤ v_months * v_growth := Int.mul_nonneg (by omega) (by omega)
  try have t2_1 : 0 ≤ v_months * (v_months * v_growth) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_2 : 0 ≤ v_months * v_months := Int.mul_nonneg (by omega) (by omega)
  try have t2_2 : 0 ≤ v_months * (v_months * v_months) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : New.value v_first v_growth v_months = Old.value v_first v_growth v_months := by
  simp only [Pre] at h
  try have eOld0 := old1_saved v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_growth v_months 0 v_first 0 (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_first : Int) (v_growth : Int) (v_months : Int) (h : Pre v_first v_growth v_months) : New.ticks v_first v_growth v_months ≤ Old.ticks v_first v_growth v_months + 1 := by
  simp only [Pre] at h
  try have eOld0 := old1_saved v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_growth v_months 0 v_first 0 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_first : Int) (v_growth : Int) (v_months : Int), Pre v_first v_growth v_months ∧ New.ticks v_first v_growth v_months + m ≤ Old.ticks v_first v_growth v_months := by
  intro m
  obtain ⟨v_first, e_v_first⟩ : ∃ v : Int, v = (0 : Int) := ⟨_, rfl⟩
  obtain ⟨v_growth, e_v_growth⟩ : ∃ v : Int, v = (-1 : Int) := ⟨_, rfl⟩
  obtain ⟨v_months, e_v_months⟩ : ∃ v : Int, v = (1) * (m : Int) + (1) := ⟨_, rfl⟩
  have h : Pre v_first v_growth v_months := by simp only [Pre]; first | trivial | omega | grind
  refine ⟨v_first, v_growth, v_months, h, ?_⟩
  simp only [Pre] at h
  try have eOld0 := old1_saved v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_growth v_months 0 v_first 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_growth v_months 0 v_first 0 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
