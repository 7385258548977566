theorem new_total (x total c : Int) (rest : List Int) :
    (New.shadow1 x total c rest).v_total = rest.foldl (fun t c => t * x + c) total := by
  fun_induction New.shadow1 x total c rest with
  | case1 total c rest h ih =>
    rw [ih]
    cases rest with
    | nil => exact absurd rfl h
    | cons y ys => rfl
  | case2 total c rest h => simp only [ne_eq, Decidable.not_not] at h; subst h; rfl

theorem drop_fold (x : Int) (xs : List Int) (k : Int) (h : 0 ≤ k) (g : k < xs.length) :
    (xs.drop k.toNat).foldr (fun c t => t * x + c) 0 =
      (xs.drop (k + 1).toNat).foldr (fun c t => t * x + c) 0 * x + item xs k := by
  rw [item_eq h g, show (k + 1).toNat = k.toNat + 1 by omega, List.drop_eq_getElem_cons (by omega)]; rfl

theorem old_total (xs : List Int) (x total i next stop : Int) (h0 : 0 ≤ next) (h1 : stop = xs.length) (h2 : next ≤ stop) :
    (Old.shadow1 xs x total i next stop).v_total =
      total + x ^ next.toNat * (xs.drop next.toNat).foldr (fun c t => t * x + c) 0 := by
  fun_induction Old.shadow1 xs x total i next stop with
  | case1 total i next h ih =>
    rw [ih (by omega) (by omega), drop_fold x xs next h0 (by omega), show (next + 1).toNat = next.toNat + 1 by omega,
      Int.pow_succ]
    grind
  | case2 total i next h => show total = _; rw [List.drop_eq_nil_of_le (by omega)]; simp

theorem same_total (xs : List Int) (x : Int) :
    (New.shadow1 x 0 0 xs.reverse).v_total = (Old.shadow1 xs x 0 0 0 xs.length).v_total := by
  rw [new_total, old_total xs x 0 0 0 _ (by omega) rfl (by omega)]; simp
