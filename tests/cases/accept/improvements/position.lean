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
