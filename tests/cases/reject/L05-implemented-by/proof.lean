def bad (n : Nat) : Bool := true

@[implemented_by bad]
def good (n : Nat) : Bool := false

theorem accepted : Statement := by
  exact absurd (show good 1 = true by native_decide) (by decide)
