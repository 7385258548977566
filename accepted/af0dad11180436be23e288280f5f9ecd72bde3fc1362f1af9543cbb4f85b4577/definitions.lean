def left_e73163c58343 (x0 : Int) (x1 : Int) (x2 : Int) : Int :=
  if (x1 < x2) then
    (left_e73163c58343 (x0 + (x1 * x1)) (x1 + 1) x2)
  else x0
termination_by ((x2 - x1)).toNat
decreasing_by all_goals first | omega | grind
