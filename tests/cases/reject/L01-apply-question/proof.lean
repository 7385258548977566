theorem accepted : Statement := by
  apply?
