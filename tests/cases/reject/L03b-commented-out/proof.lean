theorem closed (t i j n : Int) (h : j ≤ n) :
    2 * (Old.shadow1 t i j n).v_total = 2 * t + n * (n - 1) - j * (j - 1) ∧
    ((Old.shadow1 t i j n).ticks : Int) = 1 + 4 * (n - j) := by
  fun_induction Old.shadow1 t i j n <;> grind

-- theorem accepted : Statement := rfl
