def Evil.Statement : Prop := True

theorem accepted : Evil.Statement := trivial
