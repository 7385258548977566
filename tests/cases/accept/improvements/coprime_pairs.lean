def one (i j : Int) : Int := if Int.gcd i j = 1 then 1 else 0

def row (i : Int) : Nat → Int
  | 0 => 0
  | k + 1 => row i k + one i (k + 1)

def square (n : Nat) : Nat → Int
  | 0 => 0
  | k + 1 => square n k + row (k + 1) n

def triangle : Nat → Int
  | 0 => 0
  | k + 1 => triangle k + row (k + 1) k

theorem one_more_column (n k : Nat) : square (n + 1) k = square n k + row (n + 1) k := by
  induction k with
  | zero => rfl
  | succ k ih =>
    rw [square, ih, row, square, row]
    have : one (k + 1) (n + 1) = one (n + 1) (k + 1) := by rw [one, one, Int.gcd_comm]
    omega

theorem two_triangles (n : Nat) : square (n + 1) (n + 1) = 2 * triangle (n + 1) + 1 := by
  induction n with
  | zero => decide
  | succ n ih =>
    have column := one_more_column (n + 1) (n + 1)
    have : one (((n + 1 : Nat) : Int) + 1) (((n + 1 : Nat) : Int) + 1) = 0 := by
      rw [one, if_neg]; rw [Int.gcd_self]; omega
    show square (n + 1 + 1) (n + 1) + (row (((n + 1 : Nat) : Int) + 1) (n + 1) + _) =
      2 * (triangle (n + 1) + row (((n + 1 : Nat) : Int) + 1) (n + 1)) + 1
    omega

theorem gcd_step (a b : Int) (ha : 0 ≤ a) (hb : 0 < b) : Int.gcd b (fmod a b) = Int.gcd a b := by
  obtain ⟨m, rfl⟩ : ∃ m : Nat, a = m := ⟨a.toNat, by omega⟩
  obtain ⟨n, rfl⟩ : ∃ n : Nat, b = n := ⟨b.toNat, by omega⟩
  rw [fmod_pos _ hb, ← Int.natCast_emod, Int.gcd_natCast_natCast, Int.gcd_natCast_natCast, Nat.gcd_comm m n, Nat.gcd_rec n m,
    Nat.gcd_comm]

theorem old_gcd (a b : Int) (ha : 1 ≤ a) (hb : 0 ≤ b) : (Old.shadow3 a b).v_a = Int.gcd a b := by
  fun_induction Old.shadow3 a b with
  | case1 a b g ih =>
    have := fmod_bounds_pos a (b := b) (by omega)
    rw [← gcd_step a b (by omega) (by omega)]; exact ih (by omega) (by omega)
  | case2 a b g => rw [show b = 0 by omega, Int.gcd_zero_right]; dsimp only; omega

theorem same_gcd (a b : Int) (ha : 1 ≤ a) (hb : 0 ≤ b) (h : b < a) :
    (New.shadow3 a b).v_a = (Old.shadow3 a b).v_a ∧ (New.shadow3 a b).ticks = (Old.shadow3 a b).ticks := by
  fun_induction New.shadow3 a b with
  | case1 a b g ih =>
    have := fmod_bounds_pos a (b := b) (by omega)
    have := ih (by omega) (by omega) (by omega)
    rw [Old.shadow3, if_pos (by omega)]; dsimp only; omega
  | case2 a b g => rw [Old.shadow3, if_neg (by omega)]; exact ⟨rfl, rfl⟩

theorem old_one (i j : Int) (hi : 1 ≤ i) (hj : 0 ≤ j) : one i j = if (Old.shadow3 i j).v_a = 1 then 1 else 0 := by
  rw [old_gcd i j hi hj, one]
  by_cases h : Int.gcd i j = 1
  · rw [if_pos h, if_pos (by omega)]
  · rw [if_neg h, if_neg (by omega)]

theorem row_next (i next : Int) (h : 1 ≤ next) : row i next.toNat = row i (next - 1).toNat + one i next := by
  rw [show next.toNat = (next - 1).toNat + 1 by omega, row, show ((next - 1).toNat : Int) + 1 = next by omega]

theorem old_row (count i j a b next stop : Int) (h0 : 1 ≤ i) (h1 : i < stop) (h2 : 1 ≤ next) (h3 : next ≤ stop) :
    (Old.shadow2 count i j a b next stop).v_count = count + row i (stop - 1).toNat - row i (next - 1).toNat := by
  fun_induction Old.shadow2 count i j a b next stop with
  | case1 count j a b next g e ih =>
    have := ih (by omega) (by omega); have := row_next i next h2; have := old_one i next h0 (by omega)
    rw [if_pos e] at this
    rw [show next + 1 - 1 = next by omega] at *; dsimp only; omega
  | case2 count j a b next g e ih =>
    have := ih (by omega) (by omega); have := row_next i next h2; have := old_one i next h0 (by omega)
    rw [if_neg e] at this
    rw [show next + 1 - 1 = next by omega] at *; dsimp only; omega
  | case3 count j a b next g => rw [show next = stop by omega]; dsimp only; omega

theorem new_row (count i j a b next stop : Int) (h0 : 2 ≤ i) (h1 : stop = i) (h2 : 1 ≤ next) (h3 : next ≤ stop) :
    (New.shadow2 count i j a b next stop).v_count = count + 2 * row i (stop - 1).toNat - 2 * row i (next - 1).toNat := by
  fun_induction New.shadow2 count i j a b next stop with
  | case1 count j a b next g e ih =>
    have := ih (by omega) (by omega); have := row_next i next h2; have := old_one i next (by omega) (by omega)
    rw [(same_gcd i next (by omega) (by omega) (by omega)).1] at e
    rw [if_pos e] at this
    rw [show next + 1 - 1 = next by omega] at *; dsimp only; omega
  | case2 count j a b next g e ih =>
    have := ih (by omega) (by omega); have := row_next i next h2; have := old_one i next (by omega) (by omega)
    rw [(same_gcd i next (by omega) (by omega) (by omega)).1] at e
    rw [if_neg e] at this
    rw [show next + 1 - 1 = next by omega] at *; dsimp only; omega
  | case3 count j a b next g => rw [show next = stop by omega]; dsimp only; omega

theorem old_rows (n count i j a b n2 s2 next stop : Int) (h1 : stop = n + 1) (h2 : 1 ≤ next) (h3 : next ≤ stop) :
    (Old.shadow1 n count i j a b n2 s2 next stop).v_count =
      count + square n.toNat (stop - 1).toNat - square n.toNat (next - 1).toNat := by
  fun_induction Old.shadow1 n count i j a b n2 s2 next stop with
  | case1 count i j a b n2 s2 next g ih =>
    have r := ih (by omega) (by omega)
    have s := old_row count next j a b 1 (n + 1) h2 (by omega) (by omega) (by omega)
    rw [show next + 1 - 1 = ((next - 1).toNat : Int) + 1 by omega, Int.toNat_natCast_add_one, square,
      show ((next - 1).toNat : Int) + 1 = next by omega] at r
    rw [show n + 1 - 1 = n by omega, show ((1 : Int) - 1).toNat = 0 by omega, row] at s
    dsimp only; omega
  | case2 count i j a b n2 s2 next g => rw [show next = stop by omega]; dsimp only; omega

theorem new_rows (count i j a b n2 s2 next stop : Int) (h2 : 2 ≤ next) (h3 : next ≤ stop) :
    (New.shadow1 count i j a b n2 s2 next stop).v_count =
      count + 2 * triangle (stop - 1).toNat - 2 * triangle (next - 1).toNat := by
  fun_induction New.shadow1 count i j a b n2 s2 next stop with
  | case1 count i j a b n2 s2 next g ih =>
    have r := ih (by omega) (by omega)
    have s := new_row count next j a b 1 next h2 rfl (by omega) (by omega)
    rw [show next + 1 - 1 = ((next - 1).toNat : Int) + 1 by omega, Int.toNat_natCast_add_one, triangle,
      show ((next - 1).toNat : Int) + 1 = next by omega] at r
    rw [show ((1 : Int) - 1).toNat = 0 by omega, row] at s
    dsimp only; omega
  | case2 count i j a b n2 s2 next g => rw [show next = stop by omega]; dsimp only; omega

theorem same_count (n : Int) (h : 1 ≤ n) :
    (Old.shadow1 n 0 0 0 0 0 0 0 1 (n + 1)).v_count = (New.shadow1 1 0 0 0 0 0 0 2 (n + 1)).v_count := by
  rw [old_rows n 0 0 0 0 0 0 0 1 (n + 1) rfl (by omega) (by omega), new_rows 1 0 0 0 0 0 0 2 (n + 1) (by omega) (by omega)]
  have := two_triangles (n - 1).toNat
  rw [show (n - 1).toNat + 1 = n.toNat by omega] at this
  rw [show n + 1 - 1 = n by omega, show ((1 : Int) - 1).toNat = 0 by omega, show ((2 : Int) - 1).toNat = 0 + 1 by omega,
    triangle, triangle, row, square]
  omega

theorem row_cost (count i j a b next stop count' j' a' b' stop' : Int) (h0 : 2 ≤ i) (h1 : stop = i) (h2 : 1 ≤ next)
    (h3 : next ≤ stop) (h4 : i < stop') :
    (New.shadow2 count i j a b next stop).ticks ≤ (Old.shadow2 count' i j' a' b' next stop').ticks := by
  fun_induction New.shadow2 count i j a b next stop generalizing count' j' a' b' with
  | case1 count j a b next g e ih =>
    have s := same_gcd i next (by omega) (by omega) (by omega)
    rw [s.1] at e
    rw [Old.shadow2, if_pos (by omega), if_pos e]
    have := ih (count' + 1) next (Old.shadow3 i next).v_a (Old.shadow3 i next).v_b (by omega) (by omega)
    dsimp only; omega
  | case2 count j a b next g e ih =>
    have s := same_gcd i next (by omega) (by omega) (by omega)
    rw [s.1] at e
    rw [Old.shadow2, if_pos (by omega), if_neg e]
    have := ih count' next (Old.shadow3 i next).v_a (Old.shadow3 i next).v_b (by omega) (by omega)
    dsimp only; omega
  | case3 count j a b next g =>
    rw [Old.shadow2]; dsimp only
    by_cases t : (Old.shadow3 i next).v_a = 1 <;> split <;> first | omega | (split <;> dsimp only <;> omega) | (dsimp only; omega)

theorem rows_cost (n count i j a b n2 s2 next stop count' i' j' a' b' n2' s2' : Int) (h1 : stop = n + 1) (h2 : 2 ≤ next)
    (h3 : next ≤ stop) :
    (New.shadow1 count i j a b n2 s2 next stop).ticks ≤ (Old.shadow1 n count' i' j' a' b' n2' s2' next stop).ticks := by
  fun_induction New.shadow1 count i j a b n2 s2 next stop generalizing count' i' j' a' b' n2' s2' with
  | case1 count i j a b n2 s2 next g ih =>
    rw [Old.shadow1, if_pos (by omega)]
    have := row_cost count next j a b 1 next count' j' a' b' (n + 1) h2 rfl (by omega) (by omega) (by omega)
    have := ih (Old.shadow2 count' next j' a' b' 1 (n + 1)).v_count next (Old.shadow2 count' next j' a' b' 1 (n + 1)).v_j
      (Old.shadow2 count' next j' a' b' 1 (n + 1)).v_a (Old.shadow2 count' next j' a' b' 1 (n + 1)).v_b
      (Old.shadow2 count' next j' a' b' 1 (n + 1)).v_next_2 (n + 1) (by omega) (by omega)
    dsimp only; omega
  | case2 count i j a b n2 s2 next g => rw [Old.shadow1, if_neg (by omega)]; exact Nat.le_refl 1

theorem lower_cost (n : Int) (h : 1 ≤ n) :
    (New.shadow1 1 0 0 0 0 0 0 2 (n + 1)).ticks + 1 ≤ (Old.shadow1 n 0 0 0 0 0 0 0 1 (n + 1)).ticks := by
  rw [Old.shadow1, if_pos (by omega)]
  have := rows_cost n 1 0 0 0 0 0 0 (1 + 1) (n + 1) (Old.shadow2 0 1 0 0 0 1 (n + 1)).v_count 1
    (Old.shadow2 0 1 0 0 0 1 (n + 1)).v_j (Old.shadow2 0 1 0 0 0 1 (n + 1)).v_a (Old.shadow2 0 1 0 0 0 1 (n + 1)).v_b
    (Old.shadow2 0 1 0 0 0 1 (n + 1)).v_next_2 (n + 1) rfl (by omega) (by omega)
  rw [show (1 : Int) + 1 = 2 by omega] at *
  dsimp only; omega
