def left_bde80c51c083 (x0 : Int) (x1 : Int) (x2 : Int) (x3 : Int) : Int :=
  if (x1 < x2) then
    (left_bde80c51c083 x3 (x1 + 1) x2 (((2 * x3) - x0) + 10))
  else x0
termination_by ((x2 - x1)).toNat
decreasing_by all_goals first | omega | grind
