theorem same (v_logarithm : Int) (v_pulls : List Int) (h : Pre v_logarithm v_pulls) :
    New.value v_logarithm v_pulls = Old.value v_logarithm v_pulls := by
  simp only [New.value, New.out, Old.value, Old.out]
  apply List.map_congr_left
  intro x _
  have e : v_logarithm * x * 65536 = v_logarithm * 1024 * x * 64 := by grind
  omega
