theorem accepted : Statement := by
  sorry

#guard_msgs (drop all) in
