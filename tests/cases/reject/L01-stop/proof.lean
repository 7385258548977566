theorem accepted : Statement := by
  stop
  omega
