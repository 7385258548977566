theorem accepted : Statement := by
  show_term omega
