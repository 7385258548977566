def left_5608a66e19cb (x0 : Int) (x1 : Int) (x2 : Int) (x3 : Int) (x4 : Int) (x5 : Int) : Int :=
  if (x1 < x2) then
    (left_5608a66e19cb (x0 + (((x3 - x4) + 1) * ((x5 - x1) + 1))) (x1 + 1) x2 x3 x4 x5)
  else x0
termination_by ((x2 - x1)).toNat
decreasing_by all_goals first | omega | grind
