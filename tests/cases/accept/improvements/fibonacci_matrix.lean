def steps (p q : Int) : Nat → Int → Int → Int
  | 0, _, b => b
  | k + 1, a, b => steps p q k (b * q + a * q + a * p) (b * p + a * q)

theorem two_steps (p q : Int) (k : Nat) (a b : Int) :
    steps p q (2 * k) a b = steps (p * p + q * q) (2 * p * q + q * q) k a b := by
  induction k generalizing a b with
  | zero => rfl
  | succ k ih =>
    rw [show 2 * (k + 1) = 2 * k + 1 + 1 by omega, steps, steps, steps, ih]
    congr 1 <;> grind

theorem old_steps (m : Int × Int × Int × Int) (u a b c d next stop : Int) :
    (Old.shadow1 m u a b c d next stop).v_m.2.1 = steps 0 1 (stop - next).toNat m.1 m.2.1 := by
  fun_induction Old.shadow1 m u a b c d next stop with
  | case1 m u a b c d next h ih =>
    rw [show (stop - next).toNat = (stop - (next + 1)).toNat + 1 by omega, steps]
    simpa [Int.add_comm] using ih
  | case2 m u a b c d next h => rw [show (stop - next).toNat = 0 by omega]; rfl

theorem new_steps (n a b p q : Int) : (New.shadow1 n a b p q).v_b = steps p q n.toNat a b := by
  fun_induction New.shadow1 n a b p q with
  | case1 n a b p q h e ih => rw [show n.toNat = 2 * (n / 2).toNat by omega, two_steps]; exact ih
  | case2 n a b p q h e ih => rw [show n.toNat = (n - 1).toNat + 1 by omega, steps]; exact ih
  | case3 n a b p q h => rw [show n.toNat = 0 by omega]; rfl

theorem new_cost (n a b p q : Int) (h : 0 ≤ n) : ((New.shadow1 n a b p q).ticks : Int) ≤ 17 * n + 2 := by
  fun_induction New.shadow1 n a b p q <;> dsimp only <;> omega

theorem new_total (n : Int) (h : 0 ≤ n) : ((New.shadow1 n 1 0 0 1).ticks : Int) ≤ 17 * n + 2 := new_cost n 1 0 0 1 h

theorem same_steps (n : Int) (h : 0 ≤ n) :
    (Old.shadow1 (1, 0, 0, 1) 0 0 0 0 0 0 n).v_m.2.1 = (New.shadow1 n 1 0 0 1).v_b := by
  rw [old_steps, new_steps, Int.sub_zero]
