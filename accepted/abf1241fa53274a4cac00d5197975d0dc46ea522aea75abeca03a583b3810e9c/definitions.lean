def left_82f21e3a7f13 (x0 : Int) (x1 : Int) (x2 : Int) (x3 : Int) : Int :=
  if (x1 < x2) then
    (left_82f21e3a7f13 (x0 + x3) (x1 + 1) x2 (x3 + 2))
  else x0
termination_by ((x2 - x1)).toNat
decreasing_by all_goals first | omega | grind
