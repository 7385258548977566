theorem falls (v_n k : Int) (k0 : 0 ≤ k) (q : ((((k + 1) + 1) * ((k + 1) + 2)) ≤ (2 * v_n))) : ((((k) + 1) * ((k) + 2)) ≤ (2 * v_n)) := by
  have k2 := Int.mul_nonneg k0 k0
  have k3 := Int.mul_nonneg k2 k0
  grind

theorem below (v_n k : Int) (k0 : 0 ≤ k) (d : Nat) : ((((k + d) + 1) * ((k + d) + 2)) ≤ (2 * v_n)) → ((((k) + 1) * ((k) + 2)) ≤ (2 * v_n)) := by
  induction d with
  | zero => intro q; simpa using q
  | succ d ih =>
    intro q
    apply ih
    apply falls v_n (k + d) (by omega)
    have e : k + ((d + 1 : Nat) : Int) = k + (d : Int) + 1 := by omega
    rw [e] at q
    exact q

theorem climb (v_n : Int) (d : Nat) : ∀ v_side : Int, 0 ≤ v_side → True → ((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n)) → ¬((((v_side + d) + 1) * ((v_side + d) + 2)) ≤ (2 * v_n)) → (d = 0 ∨ ((((v_side + d - 1) + 1) * ((v_side + d - 1) + 2)) ≤ (2 * v_n))) →
    (Old.shadow1 v_n v_side).v_side = v_side + d ∧ ((Old.shadow1 v_n v_side).ticks : Int) = 8 * d + 6 := by
  induction d with
  | zero =>
    intro v_side r0 e h stop _
    rw [Old.shadow1, if_neg (by intro c; apply stop; first | (simpa using c) | (simpa using c.2) | grind)]
    simp
  | succ d ih =>
    intro v_side r0 e h stop last
    have f : v_side + ((d + 1 : Nat) : Int) = (v_side + 1) + (d : Int) := by omega
    have q : ((((v_side) + 1) * ((v_side) + 2)) ≤ (2 * v_n)) := below v_n v_side r0 d (by
      have l := last.resolve_left (by omega)
      have g : v_side + ((d + 1 : Nat) : Int) - 1 = v_side + (d : Int) := by omega
      rw [g] at l; exact l)
    rw [f] at stop last
    have next := ih ((v_side + 1)) (by omega) (by grind) (by first | trivial | omega | grind) stop (by
      cases d with
      | zero => exact Or.inl rfl
      | succ d => exact Or.inr (last.resolve_left (by omega)))
    rw [Old.shadow1, if_pos (by first | exact ⟨h, q⟩ | exact q | grind)]
    dsimp only
    omega

theorem gallop (v_n v_low v_high : Int) (l : 16 ≤ v_low) (t : v_high = 2 * v_low) (q : ((((v_low) + 1) * ((v_low) + 2)) ≤ (2 * v_n))) :
    (((((New.shadow1 v_n v_low v_high).v_low) + 1) * (((New.shadow1 v_n v_low v_high).v_low) + 2)) ≤ (2 * v_n)) ∧ ¬(((((New.shadow1 v_n v_low v_high).v_high) + 1) * (((New.shadow1 v_n v_low v_high).v_high) + 2)) ≤ (2 * v_n)) ∧ v_low ≤ (New.shadow1 v_n v_low v_high).v_low ∧ (New.shadow1 v_n v_low v_high).v_high = 2 * (New.shadow1 v_n v_low v_high).v_low ∧
    ((New.shadow1 v_n v_low v_high).ticks : Int) + v_low ≤ 6 + (New.shadow1 v_n v_low v_high).v_low := by
  fun_induction New.shadow1 v_n v_low v_high with
  | case1 v_low v_high c ih =>
    have := ih (by omega) rfl (by first | exact c | exact c.2)
    dsimp only
    grind
  | case2 v_low v_high c =>
    have : 0 ≤ v_high * v_high := Int.mul_nonneg (by omega) (by omega)
    have : 0 ≤ (v_high - 1) * v_high := Int.mul_nonneg (by omega) (by omega)
    dsimp only
    grind

theorem halve (v_n v_low v_high v_middle : Int) (l : 0 ≤ v_low) (b : v_low < v_high) (q : ((((v_low) + 1) * ((v_low) + 2)) ≤ (2 * v_n))) (s : ¬((((v_high) + 1) * ((v_high) + 2)) ≤ (2 * v_n))) :
    ¬(((((New.shadow2 v_n v_low v_high v_middle).v_high) + 1) * (((New.shadow2 v_n v_low v_high v_middle).v_high) + 2)) ≤ (2 * v_n)) ∧ (((((New.shadow2 v_n v_low v_high v_middle).v_high - 1) + 1) * (((New.shadow2 v_n v_low v_high v_middle).v_high - 1) + 2)) ≤ (2 * v_n)) ∧ v_low < (New.shadow2 v_n v_low v_high v_middle).v_high ∧ 
    (v_high - v_low ≤ 1 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 3) ∧ (v_high - v_low ≤ 2 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 16) ∧ (v_high - v_low ≤ 4 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 29) ∧ (v_high - v_low ≤ 8 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 42) ∧ (v_high - v_low ≤ 16 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 55) ∧ (v_high - v_low ≤ 32 → ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 68) ∧
   
    ((New.shadow2 v_n v_low v_high v_middle).ticks : Int) ≤ 67 + (v_high - v_low) := by
  fun_induction New.shadow2 v_n v_low v_high v_middle with
  | case1 v_low v_high v_middle c d ih =>
    have := ih (by omega) (by omega) d s
    dsimp only
    refine ⟨this.1, this.2.1, ?_⟩
    omega
  | case2 v_low v_high v_middle c d ih =>
    have := ih (by omega) (by omega) q d
    dsimp only
    refine ⟨this.1, this.2.1, ?_⟩
    omega
  | case3 v_low v_high v_middle c =>
    have e : v_high - 1 = v_low := by omega
    dsimp only
    rw [e]
    refine ⟨s, q, ?_⟩
    omega

theorem alike (v_n v_side : Int) (h : ((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n))) (g : ((v_n ≥ 0) ∧ (v_side ≥ 0) ∧ (v_side ≤ v_n))) : (New.shadow3 v_n v_side).v_side = (Old.shadow1 v_n v_side).v_side ∧ (New.shadow3 v_n v_side).ticks = (Old.shadow1 v_n v_side).ticks := by
  fun_induction New.shadow3 v_n v_side with
  | case1 =>
    rename_i c ih
    have i := ih (by first | trivial | omega | grind) (by first | trivial | omega | grind)
    rw [Old.shadow1, if_pos (by first | exact ⟨h, c.2⟩ | exact c | exact c.2 | grind)]
    dsimp only
    omega
  | case2 =>
    rename_i c
    rw [Old.shadow1, if_neg (by first | exact c | grind)]
    exact ⟨rfl, rfl⟩

theorem both (v_n : Int) (h : Pre v_n) : New.value v_n = Old.value v_n ∧ New.ticks v_n ≤ Old.ticks v_n + 3 ∧
    ((306 ≤ (2 * v_n)) → ∃ r : Int, 0 ≤ r ∧ (New.ticks v_n : Int) + r ≤ Old.ticks v_n ∧ ¬((((r) + 1) * ((r) + 2)) ≤ (2 * v_n))) := by
  simp only [Pre] at h
  simp only [New.value, New.ticks, New.out, Old.value, Old.ticks, Old.out]
  split
  · rename_i c
    have g := gallop v_n 16 32 (by omega) (by omega) (by first | omega | grind)
    have s := halve v_n _ _ 0 (by omega) (by omega) g.1 g.2.1
    have u : (0 : Int) + (((New.shadow2 v_n (New.shadow1 v_n 16 32).v_low (New.shadow1 v_n 16 32).v_high 0).v_high - 0).toNat : Int) = (New.shadow2 v_n (New.shadow1 v_n 16 32).v_low (New.shadow1 v_n 16 32).v_high 0).v_high := by omega
    have o := climb v_n ((New.shadow2 v_n (New.shadow1 v_n 16 32).v_low (New.shadow1 v_n 16 32).v_high 0).v_high - 0).toNat 0 (by omega) (by grind) (by first | trivial | omega | grind)
      (by rw [u]; exact s.1) (by right; rw [u]; exact s.2.1)
    have e : (Old.shadow1 v_n 0).v_side = (New.shadow2 v_n (New.shadow1 v_n 16 32).v_low (New.shadow1 v_n 16 32).v_high 0).v_high := by omega
    dsimp only at *
    refine ⟨by first | (rw [e]; done) | omega | grind, by omega, fun _ => ⟨(New.shadow2 v_n (New.shadow1 v_n 16 32).v_low (New.shadow1 v_n 16 32).v_high 0).v_high, by omega, by omega, s.1⟩⟩
  · have a := alike v_n 0 (by first | trivial | omega | grind) (by first | trivial | omega | grind)
    dsimp only
    refine ⟨by first | omega | (rw [a.1]; done) | grind, by omega, fun q => absurd q (by first | assumption | omega | grind)⟩

theorem same (v_n : Int) (h : Pre v_n) : New.value v_n = Old.value v_n := (both v_n h).1

theorem cost (v_n : Int) (h : Pre v_n) : New.ticks v_n ≤ Old.ticks v_n + 3 := (both v_n h).2.1

theorem gain : ∀ m : Nat, ∃ (v_n : Int), Pre v_n ∧ New.ticks v_n + m ≤ Old.ticks v_n := by
  intro m
  have squared : (0 : Int) ≤ (m : Int) * m := Int.mul_nonneg (by omega) (by omega)
  have cubed : (0 : Int) ≤ (m : Int) * m * m := Int.mul_nonneg squared (by omega)
  obtain ⟨v_n, e⟩ : ∃ w : Int, w = ((((m : Int) + 16) + 1) * (((m : Int) + 16) + 2)) := ⟨_, rfl⟩
  have p : Pre v_n := by simp only [Pre] <;> first | trivial | omega | grind
  have far : (((((m : Int) + 16) + 1) * (((m : Int) + 16) + 2)) ≤ (2 * v_n)) := by grind
  obtain ⟨r, r0, t, stop⟩ := (both v_n p).2.2 (below v_n 16 (by omega) m (by grind))
  refine ⟨v_n, p, ?_⟩
  have beyond : (m : Int) + 16 < r := by
    apply Int.lt_of_not_ge
    intro le
    apply stop
    apply below v_n r r0 (((m : Int) + 16) - r).toNat
    rw [Int.toNat_of_nonneg (by omega), show r + ((m : Int) + 16 - r) = (m : Int) + 16 by omega]
    exact far
  omega

theorem old1_least (v_n : Int) (v_side : Int) : 1 ≤ (Old.shadow1 v_n v_side).ticks := by
  fun_induction Old.shadow1 v_n v_side <;> grind [falls, below, climb, gallop, halve, alike, both]

theorem old1_post_side_0 (v_n : Int) (v_side : Int) (h0 : (v_n ≥ 0)) (h1 : (v_side ≥ 0)) (h2 : (v_side ≤ v_n)) (h3 : ((v_side * (v_side + 1)) ≤ (2 * v_n))) : ((2 * v_n) < (((Old.shadow1 v_n v_side).v_side + 1) * ((Old.shadow1 v_n v_side).v_side + 2))) := by
  fun_induction Old.shadow1 v_n v_side <;> first | omega | grind [falls, below, climb, gallop, halve, alike, both, old1_least]

theorem old1_post_side_1 (v_n : Int) (v_side : Int) (h0 : (v_n ≥ 0)) (h1 : (v_side ≥ 0)) (h2 : (v_side ≤ v_n)) (h3 : ((v_side * (v_side + 1)) ≤ (2 * v_n))) : (((Old.shadow1 v_n v_side).v_side * ((Old.shadow1 v_n v_side).v_side + 1)) ≤ (2 * v_n)) := by
  fun_induction Old.shadow1 v_n v_side <;> first | omega | grind [falls, below, climb, gallop, halve, alike, both, old1_least, old1_post_side_0]

theorem post (v_n : Int) (h : Pre v_n) : Post v_n (Old.value v_n) := by
  simp only [Pre] at h
  try have own0 := both v_n (by first | assumption | omega | grind)
  try have eOld0 := old1_least v_n 0
  try have eOld1 := old1_post_side_0 v_n 0 (by omega) (by omega) (by omega) (by omega)
  try have eOld2 := old1_post_side_1 v_n 0 (by omega) (by omega) (by omega) (by omega)
  try have q0 := le_mul_self v_n
  try have p0_0 : 0 ≤ v_n * v_n := Int.mul_nonneg (by omega) (by omega)
  try have t0_0 : 0 ≤ v_n * (v_n * v_n) := Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))
  simp only [Old.value, Old.out, New.value, New.out, Post]
  first | done | omega | grind

theorem accepted : Statement := statement_of same post cost gain
