theorem accepted : Statement := by
	omega
