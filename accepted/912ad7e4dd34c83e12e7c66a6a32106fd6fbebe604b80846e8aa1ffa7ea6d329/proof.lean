theorem accepted : Statement := by
  intro x0 x1 x2 x3 x4 x5 h0
  first | (fun_induction left_5608a66e19cb x0 x1 x2 x3 x4 x5 <;> grind) | (fun_induction left_5608a66e19cb x0 x1 x2 x3 x4 x5 <;> first | omega | grind | (simp_all; omega))
