theorem falls (v_n k : Int) (k0 : 0 ≤ k) (q : ((((k + 1) + 1) * ((k + 1) + 2)) ≤ (2 * v_n))) : ((((k) + 1) * ((k) + 2)) ≤ (2 * v_n)) := by
  have k2 := Int.mul_nonneg k0 k0
  have k3 := Int.mul_nonneg k2 k0
  grind

theorem accepted : Statement := by
  intro x0 x1 x2 h0
  induction x2 with
  | zero => intro q; simpa using q
  | succ x2 ih =>
    intro q
    apply ih
    apply falls x0 (x1 + x2) (by omega)
    have e : x1 + ((x2 + 1 : Nat) : Int) = x1 + (x2 : Int) + 1 := by omega
    rw [e] at q
    exact q
