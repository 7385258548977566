theorem accepted : Statement := by
  set_option maxHeartbeats 0 in simp
