theorem rising (v_xs : List Int) (h : ∀ i : Int, 0 ≤ i → i < (v_xs.length : Int) - 1 → item v_xs i ≤ item v_xs (i + 1))
    (i : Int) (d : Nat) (h0 : 0 ≤ i) (h1 : i + (d : Int) < (v_xs.length : Int)) : item v_xs i ≤ item v_xs (i + (d : Int)) := by
  induction d with
  | zero => simp
  | succ d ih =>
    have a := ih (by omega)
    have b := h (i + (d : Int)) (by omega) (by omega)
    have e : i + ((d + 1 : Nat) : Int) = i + (d : Int) + 1 := by omega
    rw [e]
    omega

theorem ordered (v_xs : List Int) (h : ∀ i : Int, 0 ≤ i → i < (v_xs.length : Int) - 1 → item v_xs i ≤ item v_xs (i + 1))
    (i j : Int) (h0 : 0 ≤ i) (h1 : i ≤ j) (h2 : j < (v_xs.length : Int)) : item v_xs i ≤ item v_xs j := by
  have r := rising v_xs h i (j - i).toNat h0 (by omega)
  have e : i + ((j - i).toNat : Int) = j := by omega
  rw [e] at r
  exact r

theorem parted (v_xs : List Int) (v_t : Int) (v_lo : Int) (v_hi : Int) (v_mid : Int)
    (o : ∀ i j : Int, 0 ≤ i → i ≤ j → j < (v_xs.length : Int) → item v_xs i ≤ item v_xs j)
    (h0 : 0 ≤ v_lo) (h1 : v_lo ≤ v_hi) (h2 : v_hi ≤ (v_xs.length : Int))
    (hl : ∀ j : Int, 0 ≤ j → j < v_lo → item v_xs j < v_t)
    (hr : ∀ j : Int, v_hi ≤ j → j < (v_xs.length : Int) → v_t ≤ item v_xs j) :
    0 ≤ (New.shadow1 v_xs v_t v_lo v_hi v_mid).v_lo ∧ (New.shadow1 v_xs v_t v_lo v_hi v_mid).v_lo ≤ (v_xs.length : Int) ∧
    (∀ j : Int, 0 ≤ j → j < (New.shadow1 v_xs v_t v_lo v_hi v_mid).v_lo → item v_xs j < v_t) ∧
    (∀ j : Int, (New.shadow1 v_xs v_t v_lo v_hi v_mid).v_lo ≤ j → j < (v_xs.length : Int) → v_t ≤ item v_xs j) := by
  fun_induction New.shadow1 v_xs v_t v_lo v_hi v_mid <;> first
    | (rename_i c ih; apply ih <;> first
        | omega | assumption
        | (intro j ha hb; exact Int.lt_of_le_of_lt (o j _ ha (by omega) (by omega)) c)
        | (intro j ha hb; exact Int.le_trans (Int.not_lt.mp c) (o _ j (by omega) ha hb)))
    | (simp only; refine ⟨by omega, by omega, ?_, ?_⟩ <;> intro j ha hb <;> first | exact hl j ha hb | exact hr j (by omega) hb)

theorem found_at (v_xs : List Int) (v_t : Int) (v_i : Int) (v_next_1 : Int) (v_stop_1 : Int) (result : Int) (p : Int)
    (h0 : 0 ≤ v_next_1) (h1 : v_next_1 ≤ p) (h2 : p ≤ (v_xs.length : Int)) (hs : v_stop_1 = (v_xs.length : Int))
    (hl : ∀ j : Int, 0 ≤ j → j < p → item v_xs j < v_t) (hr : p < (v_xs.length : Int) → v_t ≤ item v_xs p) :
    (p < v_stop_1 → (Old.shadow1 v_xs v_t v_i v_next_1 v_stop_1 result).returned = true ∧
      (Old.shadow1 v_xs v_t v_i v_next_1 v_stop_1 result).result = p) ∧
    (p = v_stop_1 → (Old.shadow1 v_xs v_t v_i v_next_1 v_stop_1 result).returned = false) := by
  fun_induction Old.shadow1 v_xs v_t v_i v_next_1 v_stop_1 result <;> grind

theorem same (v_xs : List Int) (v_t : Int) (h : Pre v_xs v_t) : New.value v_xs v_t = Old.value v_xs v_t := by
  simp only [Pre] at h
  have s : ∀ i : Int, 0 ≤ i → i < (v_xs.length : Int) - 1 → item v_xs i ≤ item v_xs (i + 1) :=
    fun i a b => h.2 i (by simp; omega)
  have q := parted v_xs v_t 0 (v_xs.length : Int) 0 (fun i j a b c => ordered v_xs s i j a b c) (by omega) (by omega) (by omega)
    (by intro j; omega) (by intro j; omega)
  have r := found_at v_xs v_t 0 0 (v_xs.length : Int) 0 _ (by omega) q.1 q.2.1 rfl q.2.2.1 (fun c => q.2.2.2 _ (by omega) c)
  simp only [New.value, New.out, Old.value, Old.out]
  rcases Int.lt_or_eq_of_le q.2.1 with c | c
  · have a := r.1 c
    rw [if_pos a.1]
    exact a.2.symm
  · have a := r.2 c
    rw [if_neg (by simp [a])]
    exact c
