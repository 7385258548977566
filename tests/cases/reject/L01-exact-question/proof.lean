theorem accepted : Statement := by
  exact?
