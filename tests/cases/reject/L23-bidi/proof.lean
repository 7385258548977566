theorem accepted : Statement := by
  exact rfl -- ‮
