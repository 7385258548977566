theorem upto_append (a b : Int) (d : Nat) (h : a ≤ b) : upto a (b + d) = upto a b ++ upto b (b + d) := by
  induction d with
  | zero => simp [upto_nil]
  | succ d ih =>
    rw [show b + ((d + 1 : Nat) : Int) = b + d + 1 by omega, upto_succ (by omega), upto_succ (by omega), ih, List.append_assoc]

theorem taken (xs : List Int) (k : Nat) (h : k ≤ xs.length) : xs.take k = (upto 0 k).map (item xs) := by
  induction k with
  | zero => simp [upto_nil]
  | succ k ih =>
    have e : item xs (k : Int) = xs.getD k 0 := by rw [item_nonneg (by omega)]; rfl
    rw [List.take_succ, ih (by omega), show ((k + 1 : Nat) : Int) = (k : Int) + 1 by omega, upto_succ (by omega),
      List.map_append, List.map_cons, List.map_nil, e]
    simp [show k < xs.length by omega]

theorem zeros (xs : List Int) (k : Nat) (h : k ≤ xs.length) (z : xs.take k = List.replicate k 0) (j : Int)
    (g : j ∈ upto 0 (k : Int)) : item xs j = 0 := by
  rw [taken xs k h] at z
  have m : item xs j ∈ (upto 0 (k : Int)).map (item xs) := List.mem_map_of_mem g
  rw [z] at m
  exact List.eq_of_mem_replicate m

theorem same (v_row : List Int) (v_pivot : List Int) (v_factor : Int) (v_prime : Int) (v_start : Int)
    (h : Pre v_row v_pivot v_factor v_prime v_start) :
    New.value v_row v_pivot v_factor v_prime v_start = Old.value v_row v_pivot v_factor v_prime v_start := by
  obtain ⟨hp, hl, ⟨hs0, hs1⟩, hr, hz⟩ := h
  simp only [New.value, New.out, Old.value, Old.out]
  split
  · rfl
  · obtain ⟨s, rfl⟩ : ∃ s : Nat, v_start = s := ⟨v_start.toNat, by omega⟩
    obtain ⟨d, g⟩ : ∃ d : Nat, (v_row.length : Int) = (s : Int) + d := ⟨v_row.length - s, by omega⟩
    have e : bound v_row (s : Int) = s := by rw [bound_nonneg hs0]; omega
    have e' : bound v_pivot (s : Int) = s := by rw [bound_nonneg hs0]; omega
    rw [e', Int.toNat_natCast] at hz
    have z := zeros v_pivot s (by omega) hz
    simp only [e]
    rw [g, upto_append 0 (s : Int) d (by omega), List.map_append, taken v_row s (by omega)]
    congr 1
    apply List.map_congr_left
    intro j hj
    have b := mem_upto.mp hj
    have m := hr (item v_row j) (item_mem (by omega) (by omega))
    rw [z j hj, Int.mul_zero, Int.sub_zero, fmod_pos _ hp, Int.emod_eq_of_lt m.1 m.2]

theorem cost (v_row : List Int) (v_pivot : List Int) (v_factor : Int) (v_prime : Int) (v_start : Int)
    (h : Pre v_row v_pivot v_factor v_prime v_start) :
    New.ticks v_row v_pivot v_factor v_prime v_start ≤ Old.ticks v_row v_pivot v_factor v_prime v_start + 5 := by
  obtain ⟨hp, hl, ⟨hs0, hs1⟩, hr, hz⟩ := h
  simp only [New.ticks, New.out, Old.ticks, Old.out]
  split
  · dsimp only; omega
  · have e : bound v_row v_start = v_start.toNat := by rw [bound_nonneg hs0]; omega
    simp only [e, length_upto, List.length_append, List.length_map, List.length_take]
    omega

theorem gain : ∀ m : Nat, ∃ (v_row : List Int) (v_pivot : List Int) (v_factor : Int) (v_prime : Int) (v_start : Int),
    Pre v_row v_pivot v_factor v_prime v_start ∧
      New.ticks v_row v_pivot v_factor v_prime v_start + m ≤ Old.ticks v_row v_pivot v_factor v_prime v_start := by
  intro m
  refine ⟨List.replicate (m + 2) 0, List.replicate (m + 2) 0, 0, 1, ((m + 2 : Nat) : Int), ?_, ?_⟩
  · have e : bound (List.replicate (m + 2) (0 : Int)) ((m + 2 : Nat) : Int) = m + 2 := by
      rw [bound_nonneg (by omega)]; simp; omega
    refine ⟨by omega, by simp, by simp; omega, ?_, ?_⟩
    · intro x hx
      have := List.eq_of_mem_replicate hx
      omega
    · rw [e]; simp; omega
  · simp only [New.ticks, New.out, Old.ticks, Old.out, List.length_replicate]
    rw [if_neg (by omega)]
    simp only [length_upto, List.length_append, List.length_map, List.length_take, List.length_replicate]
    rw [bound_nonneg (by omega)]
    simp only [List.length_replicate]
    omega

theorem post (v_row : (List Int)) (v_pivot : (List Int)) (v_factor : Int) (v_prime : Int) (v_start : Int) (h : Pre v_row v_pivot v_factor v_prime v_start) : Post v_row v_pivot v_factor v_prime v_start (Old.value v_row v_pivot v_factor v_prime v_start) := by
  simp only [Pre] at h
  try have q0 := le_mul_self v_factor
  try have p0_0 : 0 ≤ v_factor * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_factor * (v_factor * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q1 := le_mul_self v_prime
  try have p1_0 : 0 ≤ v_prime * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t1_0 : 0 ≤ v_prime * (v_prime * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p1_1 : 0 ≤ v_prime * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have t1_1 : 0 ≤ v_prime * (v_prime * v_prime) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have q2 := le_mul_self v_start
  try have p2_0 : 0 ≤ v_start * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have t2_0 : 0 ≤ v_start * (v_start * v_factor) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_1 : 0 ≤ v_start * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have t2_1 : 0 ≤ v_start * (v_start * v_prime) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have p2_2 : 0 ≤ v_start * v_start := Int.mul_nonneg (by omega) (by omega)
  try have t2_2 : 0 ≤ v_start * (v_start * v_start) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  try have d0_0 : 0 ≤ ((List.length v_row : Int) - v_start) * v_factor := Int.mul_nonneg (by omega) (by omega)
  try have d0_1 : 0 ≤ ((List.length v_row : Int) - v_start) * v_prime := Int.mul_nonneg (by omega) (by omega)
  try have d0_2 : 0 ≤ ((List.length v_row : Int) - v_start) * v_start := Int.mul_nonneg (by omega) (by omega)
  try have d0_3 : 0 ≤ ((List.length v_row : Int) - v_start) * ((List.length v_row : Int) - v_start) := Int.mul_nonneg (by omega) (by omega)
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
