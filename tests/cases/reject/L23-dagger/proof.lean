theorem accepted : Statement := by
  exact target✝
