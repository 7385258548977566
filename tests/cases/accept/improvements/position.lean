theorem old_found (xs : List Int) (v i next stop r : Int) (h0 : 0 ≤ next) (h1 : next < stop) (h2 : stop = xs.length)
    (h3 : i ≤ stop) (h : item xs next = v) :
    (Old.shadow1 xs v i next stop r).result = next ∧ (Old.shadow1 xs v i next stop r).returned = true ∧
      (Old.shadow1 xs v i next stop r).ticks = 5 := by
  rw [Old.shadow1, if_pos (by omega), if_pos h]; exact ⟨rfl, rfl, rfl⟩

theorem old_on (xs : List Int) (v i next stop r : Int) (h0 : 0 ≤ next) (h1 : next < stop) (h2 : stop = xs.length)
    (h3 : i ≤ stop) (h : item xs next ≠ v) :
    (Old.shadow1 xs v i next stop r).result = (Old.shadow1 xs v next (next + 1) stop r).result ∧
      (Old.shadow1 xs v i next stop r).returned = (Old.shadow1 xs v next (next + 1) stop r).returned ∧
      (Old.shadow1 xs v i next stop r).ticks = 5 + (Old.shadow1 xs v next (next + 1) stop r).ticks := by
  rw [Old.shadow1, if_pos (by omega), if_neg h]; exact ⟨rfl, rfl, rfl⟩

theorem old_end (xs : List Int) (v i next r : Int) :
    (Old.shadow1 xs v i next next r).result = r ∧ (Old.shadow1 xs v i next next r).returned = false ∧
      (Old.shadow1 xs v i next next r).ticks = 1 := by
  rw [Old.shadow1, if_neg (by omega)]; exact ⟨rfl, rfl, rfl⟩

theorem last_item (xs : List Int) (h : 0 < xs.length) : item xs (-1) = item xs ((xs.length : Int) - 1) := by
  rw [item, if_neg (by omega), item, if_pos (by omega), show (xs.length : Int) + -1 = (xs.length : Int) - 1 by omega]

theorem pairs (xs : List Int) (v i i2 next stop r : Int) (h0 : 1 ≤ next) (h1 : next ≤ stop + 1) (h2 : stop = xs.length)
    (h3 : i2 ≤ stop) (h4 : next % 2 = 1) :
    ((New.shadow1 xs v i next stop r).returned = true →
      (Old.shadow1 xs v i2 (next - 1) stop r).returned = true ∧
      (Old.shadow1 xs v i2 (next - 1) stop r).result = (New.shadow1 xs v i next stop r).result ∧
      (New.shadow1 xs v i next stop r).ticks ≤ (Old.shadow1 xs v i2 (next - 1) stop r).ticks + 2) ∧
    ((New.shadow1 xs v i next stop r).returned = false → stop % 2 = 0 →
      (Old.shadow1 xs v i2 (next - 1) stop r).returned = false ∧
      2 * (New.shadow1 xs v i next stop r).ticks + (stop - next + 1) ≤
        2 * ((Old.shadow1 xs v i2 (next - 1) stop r).ticks : Int)) ∧
    ((New.shadow1 xs v i next stop r).returned = false → stop % 2 = 1 → item xs (stop - 1) = v →
      (Old.shadow1 xs v i2 (next - 1) stop r).returned = true ∧
      (Old.shadow1 xs v i2 (next - 1) stop r).result = stop - 1 ∧
      2 * (New.shadow1 xs v i next stop r).ticks + (stop - next) + 8 ≤
        2 * ((Old.shadow1 xs v i2 (next - 1) stop r).ticks : Int)) ∧
    ((New.shadow1 xs v i next stop r).returned = false → stop % 2 = 1 → item xs (stop - 1) ≠ v →
      (Old.shadow1 xs v i2 (next - 1) stop r).returned = false ∧
      2 * (New.shadow1 xs v i next stop r).ticks + (stop - next) + 10 ≤
        2 * ((Old.shadow1 xs v i2 (next - 1) stop r).ticks : Int)) := by
  fun_induction New.shadow1 xs v i next stop r generalizing i2 with
  | case1 i next h g =>
    have ⟨a, b, c⟩ := old_found xs v i2 (next - 1) stop r (by omega) (by omega) h2 h3 g
    rw [a, b, c]; simp
  | case2 i next h g f =>
    have ⟨a, b, c⟩ := old_on xs v i2 (next - 1) stop r (by omega) (by omega) h2 h3 g
    rw [show next - 1 + 1 = next by omega] at a b c
    have ⟨d, e, k⟩ := old_found xs v (next - 1) next stop r (by omega) (by omega) h2 (by omega) f
    rw [a, b, c, d, e, k]; simp
  | case3 i next h g f ih =>
    have ⟨a, b, c⟩ := old_on xs v i2 (next - 1) stop r (by omega) (by omega) h2 h3 g
    rw [show next - 1 + 1 = next by omega] at a b c
    have ⟨d, e, k⟩ := old_on xs v (next - 1) next stop r (by omega) (by omega) h2 (by omega) f
    have all := ih next (by omega) (by omega) (by omega) (by omega)
    rw [show next + 2 - 1 = next + 1 by omega] at all
    rw [a, b, c, d, e, k]
    grind
  | case4 i next h =>
    rcases Int.emod_two_eq stop with even | odd
    · rw [show next - 1 = stop by omega]
      have ⟨a, b, c⟩ := old_end xs v i2 stop r
      rw [b, c]; simp; omega
    · rw [show next = stop by omega]
      by_cases q : item xs (stop - 1) = v
      · have ⟨a, b, c⟩ := old_found xs v i2 (stop - 1) stop r (by omega) (by omega) h2 h3 q
        rw [a, b, c]; simp [q, odd]
      · have ⟨a, b, c⟩ := old_on xs v i2 (stop - 1) stop r (by omega) (by omega) h2 h3 q
        rw [show stop - 1 + 1 = stop by omega] at a b c
        have ⟨d, e, k⟩ := old_end xs v (stop - 1) stop r
        rw [a, b, c, e, k]; simp [q, odd]

theorem missing (xs : List Int) (v i next stop r : Int) (h0 : 1 ≤ next) (h1 : stop = xs.length) (h : v ∉ xs) :
    (New.shadow1 xs v i next stop r).returned = false := by
  fun_induction New.shadow1 xs v i next stop r with
  | case1 i next k g => exact absurd (by rw [← g, item_eq (by omega) (by omega)]; exact List.getElem_mem _) h
  | case2 i next k g f => exact absurd (by rw [← f, item_eq (by omega) (by omega)]; exact List.getElem_mem _) h
  | case3 i next k g f ih => exact ih (by omega)
  | case4 i next k => rfl

theorem none_found (xs : List Int) (v : Int) (h : v ∉ xs) : (New.shadow1 xs v 0 1 xs.length 0).returned = false :=
  missing xs v 0 1 xs.length 0 (by omega) rfl h

theorem ended (xs : List Int) (v : Int) (h : (xs.length : Int) % 2 = 1) : item xs (-1) = item xs ((xs.length : Int) - 1) :=
  last_item xs (by omega)

theorem altogether (xs : List Int) (v : Int) :
    ((New.shadow1 xs v 0 1 xs.length 0).returned = true →
      (Old.shadow1 xs v 0 0 xs.length 0).returned = true ∧
      (Old.shadow1 xs v 0 0 xs.length 0).result = (New.shadow1 xs v 0 1 xs.length 0).result ∧
      (New.shadow1 xs v 0 1 xs.length 0).ticks ≤ (Old.shadow1 xs v 0 0 xs.length 0).ticks + 2) ∧
    ((New.shadow1 xs v 0 1 xs.length 0).returned = false → (xs.length : Int) % 2 ≠ 1 →
      (Old.shadow1 xs v 0 0 xs.length 0).returned = false ∧
      2 * (New.shadow1 xs v 0 1 xs.length 0).ticks + xs.length ≤ 2 * (Old.shadow1 xs v 0 0 xs.length 0).ticks) ∧
    ((New.shadow1 xs v 0 1 xs.length 0).returned = false → (xs.length : Int) % 2 = 1 → item xs (-1) = v →
      (Old.shadow1 xs v 0 0 xs.length 0).returned = true ∧
      (Old.shadow1 xs v 0 0 xs.length 0).result = (xs.length : Int) - 1 ∧
      2 * (New.shadow1 xs v 0 1 xs.length 0).ticks + xs.length + 7 ≤ 2 * (Old.shadow1 xs v 0 0 xs.length 0).ticks) ∧
    ((New.shadow1 xs v 0 1 xs.length 0).returned = false → (xs.length : Int) % 2 = 1 → item xs (-1) ≠ v →
      (Old.shadow1 xs v 0 0 xs.length 0).returned = false ∧
      2 * (New.shadow1 xs v 0 1 xs.length 0).ticks + xs.length + 9 ≤ 2 * (Old.shadow1 xs v 0 0 xs.length 0).ticks) := by
  have a := pairs xs v 0 0 1 xs.length 0 (by omega) (by omega) rfl (by omega) (by omega)
  have e := ended xs v
  rw [show (1 : Int) - 1 = 0 by omega] at a
  grind
