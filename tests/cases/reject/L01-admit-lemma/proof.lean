theorem wrong : 1 = 2 := by
  admit

theorem accepted : Statement := absurd wrong (by decide)
