theorem accepted : Statement := (rfl
