theorem times_modulo (x b m : Int) : x % m * b % m = x * b % m := by
  rw [Int.mul_emod, Int.emod_emod, ← Int.mul_emod]

theorem powers (b m r u next stop : Int) (hm : 0 < m) (h0 : 0 ≤ next) (h1 : next ≤ stop) (hr : r = b ^ next.toNat % m) :
    (Old.shadow1 b m r u next stop).v_power = b ^ stop.toNat % m := by
  fun_induction Old.shadow1 b m r u next stop with
  | case1 r u next h ih =>
    refine ih (by omega) (by omega) ?_
    rw [fmod_pos _ hm, hr, times_modulo, show (next + 1).toNat = next.toNat + 1 by omega, Int.pow_succ]
  | case2 r u next h => rw [show stop = next by omega]; exact hr

theorem old_power (b e m : Int) (he : 0 ≤ e) (hm : 0 < m) :
    (Old.shadow1 b m (fmod 1 m) 0 0 e).v_power = fmod (b ^ e.toNat) m := by
  rw [fmod_pos _ hm, fmod_pos _ hm]
  exact powers b m _ 0 0 e hm (by omega) he (by simp)
