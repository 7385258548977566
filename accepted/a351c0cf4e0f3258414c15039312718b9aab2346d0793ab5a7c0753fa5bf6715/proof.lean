theorem accepted : Statement := by
  intro x0 x1 x2 x3 h0
  first | (fun_induction left_e1687d656c1a x0 x1 x2 x3 <;> grind) | (fun_induction left_e1687d656c1a x0 x1 x2 x3 <;> first | omega | grind | (simp_all; omega))
