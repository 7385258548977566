theorem turned (t : Int × Int × Int) (u next stop : Int) (h : next ≤ stop) :
    (Old.shadow1 t u next stop).v_t = if (stop - next) % 3 = 0 then t
      else if (stop - next) % 3 = 1 then (t.2.1, t.2.2, t.1) else (t.2.2, t.1, t.2.1) := by
  fun_induction Old.shadow1 t u next stop with
  | case1 t u next h ih => grind
  | case2 t u next h => grind
