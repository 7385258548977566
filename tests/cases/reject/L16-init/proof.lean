@[init] def bad : IO Unit := pure ()

theorem closed (t i j n : Int) (h : j ≤ n) :
    2 * (Old.shadow1 t i j n).v_total = 2 * t + n * (n - 1) - j * (j - 1) ∧
    ((Old.shadow1 t i j n).ticks : Int) = 1 + 4 * (n - j) := by
  fun_induction Old.shadow1 t i j n <;> grind

theorem accepted : Statement := statement_of
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.value, New.out, Old.value, Old.out] at *
    omega)
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [Post, Old.value, Old.out] at *
    grind)
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.ticks, New.out, Old.ticks, Old.out, Pre] at *
    omega)
  (by
    refine ⟨1, by simp only [Pre]; omega, ?_⟩
    have := closed 0 0 0 1 (by omega)
    simp only [New.ticks, New.out, Old.ticks, Old.out] at *
    omega)
