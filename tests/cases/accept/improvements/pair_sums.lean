theorem new_sum (total x : Int) (rest : List Int) : (New.shadow1 total x rest).v_total = total + rest.sum := by
  fun_induction New.shadow1 total x rest with
  | case1 total x rest h ih =>
    rw [ih]
    cases rest with
    | nil => exact absurd rfl h
    | cons y ys => simp only [item_cons_zero, List.tail_cons, List.sum_cons]; omega
  | case2 total x rest h => simp only [ne_eq, Decidable.not_not] at h; subst h; simp

theorem drop_sum (xs : List Int) (k : Int) (h : 0 ≤ k) (g : k < xs.length) :
    (xs.drop k.toNat).sum = item xs k + (xs.drop (k + 1).toNat).sum := by
  rw [item_eq h g, show (k + 1).toNat = k.toNat + 1 by omega, List.drop_eq_getElem_cons (by omega), List.sum_cons]

theorem drop_all (xs : List Int) (k : Int) (g : (xs.length : Int) ≤ k) : (xs.drop k.toNat).sum = 0 := by
  rw [List.drop_eq_nil_of_le (by omega)]; rfl

theorem inner (xs : List Int) (total i j next stop : Int) (h0 : 0 ≤ next) (h1 : stop = xs.length) (h2 : 0 ≤ i)
    (h3 : i < stop) (h4 : next ≤ stop) :
    (Old.shadow2 xs total i j next stop).v_total = total + item xs i * (xs.drop next.toNat).sum := by
  fun_induction Old.shadow2 xs total i j next stop with
  | case1 total j next h ih =>
    rw [ih (by omega) (by omega), drop_sum xs next h0 (by omega), Int.mul_add]; omega
  | case2 total j next h => show total = _; rw [drop_all xs next (by omega)]; omega

theorem outer (xs : List Int) (total i j n2 s2 next stop : Int) (h0 : 0 ≤ next) (h1 : stop = xs.length) (h4 : next ≤ stop) :
    (Old.shadow1 xs total i j n2 s2 next stop).v_total = total + (xs.drop next.toNat).sum * xs.sum := by
  fun_induction Old.shadow1 xs total i j n2 s2 next stop with
  | case1 total i j n2 s2 next h ih =>
    rw [ih (by omega) (by omega), inner xs total next j 0 (xs.length : Int) (by omega) rfl (by omega) (by omega) (by omega),
      drop_sum xs next h0 (by omega), Int.add_mul]
    simp only [Int.toNat_zero, List.drop_zero]; omega
  | case2 total i j n2 s2 next h => show total = _; rw [drop_all xs next (by omega)]; omega

theorem old_total (xs : List Int) : (Old.shadow1 xs 0 0 0 0 0 0 (xs.length : Int)).v_total = xs.sum * xs.sum := by
  rw [outer xs 0 0 0 0 0 0 _ (by omega) rfl (by omega)]; simp

theorem new_total (xs : List Int) : (New.shadow1 0 0 xs).v_total = xs.sum := by
  simp [new_sum]
