theorem accepted : Statement := by
  intro x0 x1 x2 h0 h1
  have k2 := Int.mul_nonneg h0 h0
  have k3 := Int.mul_nonneg k2 h0
  grind
