theorem accepted : Statement := by
  intro x0 x1 x2 x3 h0
  first | (fun_induction left_bde80c51c083 x0 x1 x2 x3 <;> grind) | (fun_induction left_bde80c51c083 x0 x1 x2 x3 <;> first | omega | grind | (simp_all; omega))
