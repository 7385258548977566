def weight (n : Nat) : Nat := if n = 0 then 0 else n % 2 + weight (n / 2)
termination_by n
decreasing_by omega

theorem weight_half (n : Nat) : weight n = n % 2 + weight (n / 2) := by
  by_cases h : n = 0
  · subst h; simp [weight]
  · rw [weight, if_neg h]

theorem weight_most (k n : Nat) (h : n < 2 ^ k) : weight n ≤ k := by
  induction k generalizing n with
  | zero => rw [show n = 0 by omega, weight]; simp
  | succ k ih => rw [weight_half]; have := ih (n / 2) (by omega); omega

theorem without_last (n : Nat) (h : n ≠ 0) : weight ((n - 1) &&& n) + 1 = weight n := by
  have half (a b : Nat) : (a &&& b) / 2 = a / 2 &&& b / 2 := Nat.and_div_two_pow (n := 1)
  have last (a b : Nat) : (a &&& b) % 2 = a % 2 &&& b % 2 := Nat.and_mod_two_pow (n := 1)
  induction n using Nat.strongRecOn with
  | _ n ih =>
    rw [weight_half ((n - 1) &&& n), weight_half n, half, last]
    rcases Nat.mod_two_eq_zero_or_one n with e | e
    · rw [show (n - 1) / 2 = n / 2 - 1 by omega, e, Nat.and_zero]
      have := ih (n / 2) (by omega) (by omega); omega
    · rw [show (n - 1) / 2 = n / 2 by omega, show (n - 1) % 2 = 0 by omega, Nat.and_self, Nat.zero_and]; omega

theorem next_bit (k : Nat) (next : Int) (h : 0 ≤ next) :
    weight (k / 2 ^ next.toNat) = k / 2 ^ next.toNat % 2 + weight (k / 2 ^ (next + 1).toNat) := by
  rw [weight_half, Nat.div_div_eq_div_mul, ← Nat.pow_succ, show (next + 1).toNat = next.toNat + 1 by omega]

theorem scanned (k : Nat) (count i next stop : Int) (hk : k < 2 ^ 32) (hs : stop = 32) (h0 : 0 ≤ next) (h1 : next ≤ stop) :
    (Old.shadow1 k count i next stop).v_count = count + weight (k / 2 ^ next.toNat) ∧
      ((Old.shadow1 k count i next stop).ticks : Int) = 1 + 5 * (stop - next) + 2 * weight (k / 2 ^ next.toNat) := by
  have cast : (k : Int) / 2 ^ next.toNat = ((k / 2 ^ next.toNat : Nat) : Int) := by simp
  fun_induction Old.shadow1 k count i next stop with
  | case1 count i next h t ih =>
    have := ih (by omega) (by omega) (by simp); have := next_bit k next h0
    rw [cast] at t; dsimp only; omega
  | case2 count i next h t ih =>
    have := ih (by omega) (by omega) (by simp); have := next_bit k next h0
    rw [cast] at t; dsimp only; omega
  | case3 count i next h =>
    have : weight (k / 2 ^ next.toNat) = 0 := by
      rw [show next.toNat = 32 by omega, Nat.div_eq_of_lt hk, weight]; simp
    dsimp only; omega

theorem cleared (k : Nat) (h : k ≠ 0) : band ((k : Int) - 1) k = ((k - 1 &&& k : Nat) : Int) := by
  rw [show (k : Int) - 1 = ((k - 1 : Nat) : Int) by omega, band_natCast]

theorem new_turns (x count : Int) (h : 0 ≤ x) :
    (New.shadow1 x count).v_count = count + weight x.toNat ∧ ((New.shadow1 x count).ticks : Int) = 1 + 6 * weight x.toNat := by
  fun_induction New.shadow1 x count with
  | case1 x count g ih =>
    obtain ⟨k, e⟩ : ∃ k : Nat, x = k := ⟨x.toNat, by omega⟩
    subst e
    have := without_last k (by omega)
    rw [cleared k (by omega)] at ih ⊢
    have := ih (by omega)
    simp only [Int.toNat_natCast] at *; omega
  | case2 x count g =>
    have : weight x.toNat = 0 := by rw [show x.toNat = 0 by omega, weight]; simp
    dsimp only; omega

theorem counted (x : Int) (h0 : 0 ≤ x) (h1 : x < 2 ^ 32) :
    (Old.shadow1 x 0 0 0 32).v_count = weight x.toNat ∧
      ((Old.shadow1 x 0 0 0 32).ticks : Int) = 161 + 2 * weight x.toNat ∧ weight x.toNat ≤ 32 := by
  obtain ⟨k, e⟩ : ∃ k : Nat, x = k := ⟨x.toNat, by omega⟩
  subst e
  have hk : k < 2 ^ 32 := by omega
  have := scanned k 0 0 0 32 hk rfl (by omega) (by omega)
  have := weight_most 32 k hk
  simp at *; omega

theorem cleared_all (x : Int) (h : 0 ≤ x) :
    (New.shadow1 x 0).v_count = weight x.toNat ∧ ((New.shadow1 x 0).ticks : Int) = 1 + 6 * weight x.toNat := by
  have := new_turns x 0 h; omega
