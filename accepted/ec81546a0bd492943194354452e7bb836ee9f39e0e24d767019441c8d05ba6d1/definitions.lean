def left_1c31ac772012 (x0 : Int) (x1 : Int) (x2 : Int) : Int :=
  if (x1 < x2) then
    (if (((x1 % 4) = 0) ∧ (((x1 % 100) ≠ 0) ∨ ((x1 % 400) = 0))) then
    (left_1c31ac772012 (x0 + 366) (x1 + 1) x2)
    else
    (left_1c31ac772012 (x0 + 365) (x1 + 1) x2))
  else x0
termination_by ((x2 - x1) + 1).toNat
decreasing_by all_goals first | omega | grind
