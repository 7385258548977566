theorem accepted : Statement := by
  run_tac pure ()
