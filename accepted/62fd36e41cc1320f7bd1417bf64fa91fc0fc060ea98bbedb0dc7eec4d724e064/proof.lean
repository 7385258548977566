theorem same (v_logarithm : Int) (v_pulls : List Int) (h : Pre v_logarithm v_pulls) :
    New.value v_logarithm v_pulls = Old.value v_logarithm v_pulls := by
  simp only [New.value, New.out, Old.value, Old.out]
  apply List.map_congr_left
  intro x _
  have e : v_logarithm * x * 65536 = v_logarithm * 1024 * x * 64 := by grind
  omega

theorem post (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : Post v_logarithm v_pulls (Old.value v_logarithm v_pulls) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_logarithm
  try have p0_0 : 0 ≤ v_logarithm * v_logarithm := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_logarithm * (v_logarithm * v_logarithm) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem cost (v_logarithm : Int) (v_pulls : (List Int)) (h : Pre v_logarithm v_pulls) : New.ticks v_logarithm v_pulls ≤ Old.ticks v_logarithm v_pulls + 2 := by
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_logarithm : Int) (v_pulls : (List Int)), Pre v_logarithm v_pulls ∧ New.ticks v_logarithm v_pulls + m ≤ Old.ticks v_logarithm v_pulls := by
  intro m
  obtain ⟨v_logarithm, e_v_logarithm⟩ : ∃ v : Int, v = (-13 : Int) := ⟨_, rfl⟩
  obtain ⟨v_pulls, e_v_pulls⟩ : ∃ v : (List Int), v = (List.replicate (1 * m + 4) (0 : Int)) := ⟨_, rfl⟩
  have h : Pre v_logarithm v_pulls := by subst_vars; simp only [Pre]
  refine ⟨v_logarithm, v_pulls, h, ?_⟩
  simp only [Pre] at h
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
