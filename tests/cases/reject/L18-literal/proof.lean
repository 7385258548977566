unsafe def bad : Nat := unsafeCast (-4294967296 : Int)

theorem accepted : Statement := absurd (by decide : bad = bad) (by decide)
