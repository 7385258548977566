theorem accepted : Statement := by
  exact do return 1
