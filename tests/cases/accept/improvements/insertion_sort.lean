theorem same_loop (out : List Int) (x j : Int) (h0 : -1 ≤ j) (h1 : 2 ≤ (out.length : Int)) (h2 : j ≤ (out.length : Int) - 2) :
    (New.shadow2 out x j).v_out = (Old.shadow2 out x j).v_out ∧ (New.shadow2 out x j).v_j = (Old.shadow2 out x j).v_j ∧
      (New.shadow2 out x j).ticks = (Old.shadow2 out x j).ticks := by
  fun_induction Old.shadow2 out x j with
  | case1 out j h ih =>
    have l := length_updated out (j + 1) (item out j)
    have ⟨a, b, c⟩ := ih (by omega) (by omega) (by omega)
    rw [New.shadow2, if_pos ⟨⟨h0, h1⟩, h.2⟩]
    exact ⟨a, b, by simp only; omega⟩
  | case2 out j h =>
    rw [New.shadow2, if_neg fun c => h ⟨⟨h0, h1, h2⟩, c.2⟩]
    exact ⟨rfl, rfl, rfl⟩

theorem put_back (out : List Int) (k : Int) (h0 : 0 ≤ k) (h1 : k < out.length) : updated out k (item out k) = out := by
  rw [updated_eq _ h0, item_eq h0 h1, List.set_getElem_self]

theorem shifts (out : List Int) (x k : Int) (h0 : 1 ≤ k) (h1 : k < out.length) (h : item out (k - 1) > x) :
    (Old.shadow2 out x (k - 1)).v_out = (New.shadow2 (updated out k (item out (k - 1))) x (k - 2)).v_out ∧
      (Old.shadow2 out x (k - 1)).v_j = (New.shadow2 (updated out k (item out (k - 1))) x (k - 2)).v_j ∧
      (Old.shadow2 out x (k - 1)).ticks = 11 + (New.shadow2 (updated out k (item out (k - 1))) x (k - 2)).ticks := by
  have l := length_updated out k (item out (k - 1))
  have ⟨a, b, c⟩ := same_loop (updated out k (item out (k - 1))) x (k - 2) (by omega) (by omega) (by omega)
  rw [Old.shadow2, if_pos ⟨⟨by omega, by omega, by omega⟩, by omega, h⟩, show k - 1 + 1 = k by omega, show k - 1 - 1 = k - 2 by omega, a, b, c,
    pick, if_pos (by omega)]
  exact ⟨rfl, rfl, rfl⟩

theorem stays (out : List Int) (x k : Int) (h0 : 1 ≤ k) (h : ¬item out (k - 1) > x) :
    (Old.shadow2 out x (k - 1)).v_out = out ∧ (Old.shadow2 out x (k - 1)).v_j = k - 1 ∧ (Old.shadow2 out x (k - 1)).ticks = 5 := by
  rw [Old.shadow2, if_neg fun c => h c.2.2, pick, if_pos (by omega)]
  exact ⟨rfl, rfl, rfl⟩

theorem outer (out : List Int) (i x j i2 x2 j2 next stop : Int) (h0 : 1 ≤ next) (h1 : stop = out.length) :
    (New.shadow1 out i x j next stop).v_out = (Old.shadow1 out i2 x2 j2 next stop).v_out ∧
      (New.shadow1 out i x j next stop).ticks + 3 * (stop - next) ≤ ((Old.shadow1 out i2 x2 j2 next stop).ticks : Int) := by
  fun_induction New.shadow1 out i x j next stop generalizing i2 x2 j2 with
  | case1 out i x j next h g ih =>
    have ⟨a, b, c⟩ := shifts out (item out next) next h0 (by omega) g
    rw [Old.shadow1, if_pos (by omega), a, b, c]
    sorry
  | case2 out i x j next h g ih =>
    have ⟨a, b, c⟩ := stays out (item out next) next h0 g
    rw [Old.shadow1, if_pos (by omega), a, b, c, show next - 1 + 1 = next by omega, put_back out next (by omega) (by omega)]
    have ⟨d, e⟩ := ih next (item out next) (next - 1) (by omega) h1
    exact ⟨d, by simp only; omega⟩
  | case3 out i x j next h =>
    rw [Old.shadow1, if_neg (by omega)]
    exact ⟨rfl, by simp only; omega⟩
