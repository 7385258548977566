theorem new_step (a b : Int) (h : 0 < a) (g : 0 < b) :
    (New.shadow1 a b).v_a = (New.shadow1 b (a % b)).v_a ∧ (New.shadow1 a b).ticks = 4 + (New.shadow1 b (a % b)).ticks := by
  rw [New.shadow1, if_pos (by omega), fmod_pos a g]; exact ⟨rfl, rfl⟩

theorem new_done (a : Int) : (New.shadow1 a 0).v_a = a ∧ (New.shadow1 a 0).ticks = 1 := by
  rw [New.shadow1, if_neg (by simp)]; exact ⟨rfl, rfl⟩

theorem swapped (a b : Int) (h : 0 < a) (g : a < b) :
    (New.shadow1 a b).v_a = (New.shadow1 b a).v_a ∧ (New.shadow1 a b).ticks = 4 + (New.shadow1 b a).ticks := by
  have s := new_step a b h (by omega)
  rwa [Int.emod_eq_of_lt (by omega) g] at s

theorem subtracted (a b : Int) (h : 0 < b) (g : b < a) :
    (New.shadow1 a b).v_a = (New.shadow1 (a - b) b).v_a ∧ (New.shadow1 a b).ticks = (New.shadow1 (a - b) b).ticks := by
  have s := new_step a b (by omega) h
  have t := new_step (a - b) b (by omega) h
  rw [Int.sub_emod_right] at t
  omega

theorem equal (a : Int) (h : 0 < a) : (New.shadow1 a a).v_a = a ∧ (New.shadow1 a a).ticks = 5 := by
  have s := new_step a a (by omega) h
  have d := new_done a
  rw [Int.emod_self] at s
  omega

theorem both (a b : Int) (ha : 1 ≤ a) (hb : 1 ≤ b) :
    (New.shadow1 a b).v_a = (Old.shadow1 a b).v_a ∧
      3 * (New.shadow1 a b).ticks ≤ 2 * (Old.shadow1 a b).ticks + 11 ∧ 2 ≤ (Old.shadow1 a b).ticks ∧
      (b < a → 3 * (New.shadow1 a b).ticks + 1 ≤ 2 * (Old.shadow1 a b).ticks) := by
  fun_induction Old.shadow1 a b with
  | case1 a b h g ih =>
    simp only
    have i := ih (by omega) hb
    have s := subtracted a b (by omega) (by omega)
    have e := equal b (by omega)
    by_cases c : a - b = b
    · rw [c] at i s ⊢; omega
    · omega
  | case2 a b h g ih =>
    simp only
    have i := ih ha (by omega)
    have s := swapped a b (by omega) (by omega)
    have t := subtracted b a (by omega) (by omega)
    rcases Int.lt_trichotomy (b - a) a with c | c | c
    · have u := swapped (b - a) a (by omega) c; omega
    · have e := equal a (by omega); rw [c] at i t ⊢; omega
    · have u := swapped a (b - a) (by omega) c; omega
  | case3 a b h =>
    rw [show b = a by omega]
    have e := equal a (by omega)
    simp only; omega

theorem old_slow (a b : Int) (ha : 1 ≤ a) (hb : b = 1) : 6 * a ≤ ((Old.shadow1 a b).ticks : Int) + 4 := by
  fun_induction Old.shadow1 a b with
  | case1 a b h g ih => have := ih (by omega) hb; simp only; omega
  | case2 a b h g ih => omega
  | case3 a b h => simp only; omega
