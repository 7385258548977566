theorem accepted : Statement := by
  omega (splitDisjunctions := (dbgTrace 1 fun _ => true))
