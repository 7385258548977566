theorem old2_count (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (h0 : (v_next_2 ≥ 1)) (h1 : (v_stop_2 ≥ 1)) (h2 : (v_next_2 ≤ v_stop_2)) (h3 : ((v_stop_2 - v_next_2) > (-1))) : 2 * (Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_count = ((2 * v_count) + ((v_next_2 * ((v_rows * (((-2) * v_columns) + (v_next_2 - 3))) + ((v_height * ((2 * v_columns) + (3 - v_next_2))) + (((-2) * v_columns) + (v_next_2 - 3))))) + (v_stop_2 * ((v_rows * ((2 * v_columns) + (3 - v_stop_2))) + ((v_height * (((-2) * v_columns) + (v_stop_2 - 3))) + ((2 * v_columns) + (3 - v_stop_2))))))) := by
  fun_induction Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 <;> grind

theorem old2_ticks (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (h0 : (v_next_2 ≥ 1)) (h1 : (v_stop_2 ≥ 1)) (h2 : (v_next_2 ≤ v_stop_2)) (h3 : ((v_stop_2 - v_next_2) > (-1))) : ((Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).ticks : Int) = (((-9) * v_next_2) + ((9 * v_stop_2) + 1)) := by
  fun_induction Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 <;> grind [old2_count]

theorem old2_idle (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (h : ¬(v_next_2 < v_stop_2)) : (Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_count = v_count ∧ (Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_width = v_width ∧ (Old.shadow2 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2).v_next_2 = v_next_2 := by
  rw [Old.shadow2]; simp only [h, and_false, if_false, and_self]

theorem old1_count (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_columns ≥ 0)) (h1 : (v_next_1 ≥ 1)) (h2 : (v_stop_1 ≥ 1)) (h3 : (v_next_1 ≤ v_stop_1)) (h4 : ((v_stop_1 - v_next_1) > (-1))) : 4 * (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_count = ((4 * v_count) + (v_columns * ((v_columns * ((v_next_1 * (((-2) * v_rows) + (v_next_1 - 3))) + (v_stop_1 * ((2 * v_rows) + (3 - v_stop_1))))) + ((v_next_1 * (((-2) * v_rows) + (v_next_1 - 3))) + (v_stop_1 * ((2 * v_rows) + (3 - v_stop_1))))))) := by
  fun_induction Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1 <;> grind [old2_count, old2_ticks]

theorem old1_ticks (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_columns ≥ 0)) (h1 : (v_next_1 ≥ 1)) (h2 : (v_stop_1 ≥ 1)) (h3 : (v_next_1 ≤ v_stop_1)) (h4 : ((v_stop_1 - v_next_1) > (-1))) : ((Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).ticks : Int) = ((v_columns * (9 * (v_stop_1 - v_next_1))) + (((-5) * v_next_1) + ((5 * v_stop_1) + 1))) := by
  fun_induction Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1 <;> grind [old2_count, old2_ticks, old1_count]

theorem old1_least (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h0 : (v_columns ≥ 0)) (h1 : (v_next_1 ≥ 1)) (h2 : (v_stop_1 ≥ 1)) (h3 : (v_next_1 ≤ v_stop_1)) (h4 : ((v_stop_1 - v_next_1) > (-1))) : 1 + 5 * (v_stop_1 - v_next_1) ≤ ((Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).ticks : Int) := by
  fun_induction Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1 <;> grind [old2_count, old2_ticks, old1_count, old1_ticks]

theorem old1_idle (v_rows : Int) (v_columns : Int) (v_count : Int) (v_height : Int) (v_width : Int) (v_next_2 : Int) (v_stop_2 : Int) (v_next_1 : Int) (v_stop_1 : Int) (h : ¬(v_next_1 < v_stop_1)) : (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_count = v_count ∧ (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_height = v_height ∧ (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_width = v_width ∧ (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_2 = v_next_2 ∧ (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_stop_2 = v_stop_2 ∧ (Old.shadow1 v_rows v_columns v_count v_height v_width v_next_2 v_stop_2 v_next_1 v_stop_1).v_next_1 = v_next_1 := by
  rw [Old.shadow1]; simp only [h, and_false, if_false, and_self]

theorem post (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : Post v_rows v_columns (Old.value v_rows v_columns) := by
  simp only [Pre] at h
  try have eOld0 := old1_count v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_least v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld3 := old1_idle v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega)
  try have q0 := le_mul_self v_rows
  try have p0_0 : 0 ≤ v_rows * v_rows := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_rows * (v_rows * v_rows) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_columns
  try have p1_0 : 0 ≤ v_columns * v_rows := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_columns * (v_columns * v_rows) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_columns * v_columns := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_columns * (v_columns * v_columns) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem same (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : New.value v_rows v_columns = Old.value v_rows v_columns := by
  simp only [Pre] at h
  try have eOld0 := old1_count v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_least v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld3 := old1_idle v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega)
  simp only [Old.value, Old.out, New.value, New.out]
  first | done | omega | grind

theorem cost (v_rows : Int) (v_columns : Int) (h : Pre v_rows v_columns) : New.ticks v_rows v_columns ≤ Old.ticks v_rows v_columns + 3 := by
  simp only [Pre] at h
  try have eOld0 := old1_count v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_least v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld3 := old1_idle v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem gain : ∀ m : Nat, ∃ (v_rows : Int) (v_columns : Int), Pre v_rows v_columns ∧ New.ticks v_rows v_columns + m ≤ Old.ticks v_rows v_columns := by
  intro m
  obtain ⟨v_rows, e_v_rows⟩ : ∃ v : Int, v = (1) * (m : Int) + (1) := ⟨_, rfl⟩
  obtain ⟨v_columns, e_v_columns⟩ : ∃ v : Int, v = (0 : Int) := ⟨_, rfl⟩
  have h : Pre v_rows v_columns := by subst_vars; simp only [Pre] <;> first | trivial | omega | grind
  refine ⟨v_rows, v_columns, h, ?_⟩
  simp only [Pre] at h
  try have eOld0 := old1_count v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld1 := old1_ticks v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_least v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega) (by omega) (by omega) (by omega) (by omega)
  try have eOld3 := old1_idle v_rows v_columns 0 0 0 0 0 1 (v_rows + 1) (by omega)
  simp only [Old.ticks, Old.out, New.ticks, New.out]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
