theorem accepted : Statement := by
  dbg_trace "x"
