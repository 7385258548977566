theorem accepted : Statement := by
  intro x0 x1 x2 T hT h0
  first | (fun_induction left_2b12fa9d3590 x0 x1 x2 generalizing T <;> first | (rename_i ih; have step := ih (T - 1) (by omega) (by omega); first | omega | grind) | (have zero : T = 0 := (by omega); subst zero; first | omega | grind))
