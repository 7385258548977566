theorem accepted : Statement := by
  intro x0 x1 x2 h0
  first | (fun_induction left_1c31ac772012 x0 x1 x2 <;> grind) | (fun_induction left_1c31ac772012 x0 x1 x2 <;> first | omega | grind | (simp_all; omega))
