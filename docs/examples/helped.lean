theorem same (v_scale : Int) (v_parts : List Int) (h : Pre v_scale v_parts) :
    New.value v_scale v_parts = Old.value v_scale v_parts := by
  simp only [New.value, New.out, Old.value, Old.out]
  apply List.map_congr_left
  intro x _
  have e : v_scale * x * 256 = 4 * v_scale * x * 64 := by grind
  omega
