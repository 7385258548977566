def Nat.gcd (_ _ : Nat) : Nat := 0

theorem accepted : Statement := by
  decide
