theorem old1_seen (v_year : Int) (v_days : Int) (v_y : Int) (h0 : (v_year ≥ 1)) (h1 : (v_y ≥ 1)) (h2 : (v_y ≤ v_year)) (i0 : (v_days = (((((365 * v_y) - 365) + ((v_y - 1) / 4)) - ((v_y - 1) / 100)) + ((v_y - 1) / 400)))) :
    ((Old.shadow1 v_year v_days v_y).v_days = (((((365 * v_year) - 365) + ((v_year - 1) / 4)) - ((v_year - 1) / 100)) + ((v_year - 1) / 400))) := by
  fun_induction Old.shadow1 v_year v_days v_y <;> first
    | (dsimp only; rename_i ih; apply ih <;> first | assumption | omega | grind)
    | ((try simp only [reduceCtorEq, false_implies, true_implies, and_true, true_and]) <;> first | omega | grind)

theorem same (v_year : Int) (h : Pre v_year) : New.value v_year = Old.value v_year := by
  have e : New.value v_year = (((((365 * v_year) - 365) + ((v_year - 1) / 4)) - ((v_year - 1) / 100)) + ((v_year - 1) / 400)) := by first | rfl | (simp only [New.value, New.out]; done) | grind
  rw [e]; apply Eq.symm
  simp only [Pre] at h
  simp only [Old.value, Old.out]
  (repeat' split) <;> first
    | (have s := old1_seen v_year 0 1 (by first | omega | grind) (by first | omega | grind) (by first | omega | grind) (by first | omega | grind | simp); first | exact s | exact s.1 (by assumption) | exact s.2 (by simpa using (by assumption)) | (simp_all; done))
    | ((try simp only []) <;> first | omega | grind)

theorem old1_days (v_year : Int) (v_days : Int) (v_y : Int) (h0 : (v_year ≥ 1)) (h1 : (v_y ≥ 1)) (h2 : (v_y ≤ v_year)) (h3 : ((v_year - v_y) > (-1))) : (Old.shadow1 v_year v_days v_y).v_days = (v_days + (((((365 * v_year) + ((v_year - 1) / 4)) - ((v_year - 1) / 100)) + ((v_year - 1) / 400)) - ((((365 * v_y) + ((v_y - 1) / 4)) - ((v_y - 1) / 100)) + ((v_y - 1) / 400)))) := by
  fun_induction Old.shadow1 v_year v_days v_y <;> grind

theorem old1_least (v_year : Int) (v_days : Int) (v_y : Int) (h0 : (v_year ≥ 1)) (h1 : (v_y ≥ 1)) (h2 : (v_y ≤ v_year)) (h3 : ((v_year - v_y) > (-1))) : 2 + 9 * (v_year - v_y) ≤ ((Old.shadow1 v_year v_days v_y).ticks : Int) := by
  fun_induction Old.shadow1 v_year v_days v_y <;> grind [old1_days]

theorem old1_idle (v_year : Int) (v_days : Int) (v_y : Int) (h : ¬(v_y < v_year)) : (Old.shadow1 v_year v_days v_y).v_days = v_days ∧ (Old.shadow1 v_year v_days v_y).v_y = v_y := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_year : Int) (h : Pre v_year) : Post v_year (Old.value v_year) := by
  simp only [Pre] at h
  try have eOld0 := old1_days v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_least v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_year 0 1 (by omega)
  try have q0 := le_mul_self v_year
  try have p0_0 : 0 ≤ v_year * v_year := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_year * (v_year * v_year) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have d0_0 : 0 ≤ (v_year - 1) * v_year := Int.mul_nonneg (by omega) (by omega)
  try have d0_1 : 0 ≤ (v_year - 1) * (v_year - 1) := Int.mul_nonneg (by omega) (by omega)
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem cost (v_year : Int) (h : Pre v_year) : New.ticks v_year ≤ Old.ticks v_year + 6 := by
  simp only [Pre] at h
  try have eOld0 := old1_days v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_least v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_year 0 1 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_year : Int), Pre v_year ∧ New.ticks v_year + m ≤ Old.ticks v_year := by
  intro m
  obtain ⟨v_year, e_v_year⟩ : ∃ v : Int, v = (1) * (m : Int) + (2) := ⟨_, rfl⟩
  have h : Pre v_year := by subst_vars; simp only [Pre] <;> first | trivial | omega | grind
  refine ⟨v_year, h, ?_⟩
  simp only [Pre] at h
  try have eOld0 := old1_days v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_least v_year 0 1 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_idle v_year 0 1 (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
