theorem accepted : Statement := by
  bv_decide
