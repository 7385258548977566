theorem accepted : Statement := by
  intro x0 x1 x2 h0
  first | (fun_induction left_e73163c58343 x0 x1 x2 <;> grind) | (fun_induction left_e73163c58343 x0 x1 x2 <;> first | omega | grind | (simp_all; omega))
