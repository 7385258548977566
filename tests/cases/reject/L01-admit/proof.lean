theorem accepted : Statement := by
  admit
