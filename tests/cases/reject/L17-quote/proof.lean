theorem accepted : Statement := by
  exact ``True
