theorem run_zero : Old.run 0 = (0, 2) := by rw [Old.run]; simp

theorem run_one : Old.run 1 = (1, 2) := by rw [Old.run]; simp

theorem run_step (n : Int) (h : 2 ≤ n) :
    (Old.run n).1 = (Old.run (n - 1)).1 + (Old.run (n - 2)).1 ∧
      (Old.run n).2 = 7 + (Old.run (n - 1)).2 + (Old.run (n - 2)).2 := by
  rw [Old.run, if_pos (by omega), if_neg (by omega)]
  exact ⟨rfl, by simp only; omega⟩

theorem iterates (a b u next stop : Int) (h0 : 0 ≤ next) (h1 : next ≤ stop)
    (ha : a = (Old.run next).1) (hb : b = (Old.run (next + 1)).1) :
    (New.shadow1 a b u next stop).v_a = (Old.run stop).1 := by
  fun_induction New.shadow1 a b u next stop with
  | case1 a b u next h ih =>
    have s := (run_step (next + 1 + 1) (by omega)).1
    rw [show next + 1 + 1 - 1 = next + 1 by omega, show next + 1 + 1 - 2 = next by omega] at s
    exact ih (by omega) (by omega) hb (by omega)
  | case2 a b u next h => rw [ha, show next = stop by omega]

theorem same_value (n : Int) (h : 0 ≤ n) : (New.shadow1 0 1 0 0 n).v_a = (Old.run n).1 := by
  apply iterates
  · omega
  · exact h
  · rw [run_zero]
  · rw [show (0 : Int) + 1 = 1 by omega, run_one]

theorem at_least (n : Int) (h : 0 ≤ n) : 5 * n ≤ ((Old.run n).2 : Int) + 3 := by
  have two := (run_step 2 (by omega)).2
  rw [show (2 : Int) - 1 = 1 by omega, show (2 : Int) - 2 = 0 by omega, run_one, run_zero] at two
  fun_induction Old.run n with
  | case1 n g g' => omega
  | case2 n g g' ih1 ih2 =>
    by_cases e2 : n = 2
    · subst e2; rw [show (2 : Int) - 1 = 1 by omega, show (2 : Int) - 2 = 0 by omega, run_one, run_zero]; simp
    · have := ih1 (by omega); have := ih2 (by omega); omega
  | case3 n g => omega

theorem steep (n : Int) (h : 3 ≤ n) : 6 * n + 1 ≤ ((Old.run n).2 : Int) := by
  have two := (run_step 2 (by omega)).2
  rw [show (2 : Int) - 1 = 1 by omega, show (2 : Int) - 2 = 0 by omega, run_one, run_zero] at two
  fun_induction Old.run n with
  | case1 n g g' => omega
  | case2 n g g' ih1 ih2 =>
    by_cases e3 : n = 3
    · subst e3; rw [show (3 : Int) - 1 = 2 by omega, show (3 : Int) - 2 = 1 by omega, run_one, two]; simp
    · by_cases e4 : n = 4
      · subst e4; have := ih1 (by omega); rw [show (4 : Int) - 2 = 2 by omega, two]; omega
      · have := ih1 (by omega); have := ih2 (by omega); omega
  | case3 n g => omega
