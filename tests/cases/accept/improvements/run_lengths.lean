def runs : Int → Int → List Int → List (Int × Int)
  | v, c, [] => [(v, c)]
  | v, c, x :: rest => if x = v then runs v (c + 1) rest else (v, c) :: runs x 1 rest

theorem runs_some (v c : Int) (xs : List Int) : 1 ≤ (runs v c xs).length := by
  fun_induction runs v c xs <;> simp_all

theorem drop_item (xs : List Int) (k : Int) (h : 0 ≤ k) (g : k < xs.length) :
    xs.drop k.toNat = item xs k :: xs.drop (k + 1).toNat := by
  rw [item_eq h g, show (k + 1).toNat = k.toNat + 1 by omega, List.drop_eq_getElem_cons (by omega)]

theorem old_runs (xs : List Int) (out : List (Int × Int)) (last count i next stop : Int) (h0 : 1 ≤ next) (h1 : next ≤ stop)
    (h2 : stop = xs.length) (h3 : (out.length : Int) < next) :
    (Old.shadow1 xs out last count i next stop).v_out ++
        [((Old.shadow1 xs out last count i next stop).v_last, (Old.shadow1 xs out last count i next stop).v_count)] =
      out ++ runs last count (xs.drop next.toNat) ∧
    ((Old.shadow1 xs out last count i next stop).ticks : Int) + 6 =
      7 * (stop - next) + 7 * (runs last count (xs.drop next.toNat)).length := by
  fun_induction Old.shadow1 xs out last count i next stop with
  | case1 out last count i next g t ih =>
    have r := ih (by omega) (by omega) (by simp; omega)
    rw [drop_item xs next (by omega) (by omega), runs, if_neg t]
    simp only [Int.zero_add] at *
    refine ⟨by rw [r.1]; simp only [List.append_assoc, List.singleton_append], ?_⟩
    simp only [List.length_cons]; omega
  | case2 out last count i next g t ih =>
    have r := ih (by omega) (by omega) (by omega)
    rw [drop_item xs next (by omega) (by omega), runs, if_pos (by omega)]
    refine ⟨r.1, ?_⟩
    dsimp only; omega
  | case3 out last count i next g =>
    rw [List.drop_eq_nil_of_le (by omega), runs]
    refine ⟨rfl, ?_⟩
    simp only [List.length_singleton]; omega

theorem new_runs (xs : List Int) (out : List (Int × Int)) (last count x : Int) (rest : List Int) (h : 1 ≤ xs.length)
    (h1 : rest.length ≤ xs.length) :
    (New.shadow1 xs out last count x rest).v_out ++
        [((New.shadow1 xs out last count x rest).v_last, (New.shadow1 xs out last count x rest).v_count)] =
      out ++ runs last count rest ∧
    ((New.shadow1 xs out last count x rest).ticks : Int) + 5 = 6 * rest.length + 6 * (runs last count rest).length := by
  fun_induction New.shadow1 xs out last count x rest with
  | case1 out last count x rest g t ih =>
    cases rest with
    | nil => exact absurd rfl g.2
    | cons y ys =>
      simp only [item_cons_zero, List.tail_cons, List.length_cons, Int.zero_add] at *
      have r := ih (by omega)
      rw [runs, if_neg t]
      refine ⟨by rw [r.1]; simp only [List.append_assoc, List.singleton_append], ?_⟩
      simp only [List.length_cons]; omega
  | case2 out last count x rest g t ih =>
    cases rest with
    | nil => exact absurd rfl g.2
    | cons y ys =>
      simp only [item_cons_zero, List.tail_cons, List.length_cons, ne_eq, Decidable.not_not] at *
      have r := ih (by omega)
      rw [runs, if_pos t]
      refine ⟨r.1, ?_⟩
      omega
  | case3 out last count x rest g =>
    have : rest = [] := by
      cases rest with
      | nil => rfl
      | cons y ys => exact absurd ⟨⟨by omega, by simp at h1; simp; omega⟩, by simp⟩ g
    subst this
    rw [runs]; refine ⟨rfl, ?_⟩; simp

theorem same_runs (xs : List Int) :
    xs ≠ [] →
    (New.shadow1 xs [] (item xs 0) 0 0 xs).v_out ++
        [((New.shadow1 xs [] (item xs 0) 0 0 xs).v_last, (New.shadow1 xs [] (item xs 0) 0 0 xs).v_count)] =
      (Old.shadow1 xs [] (item xs 0) 1 0 1 (List.length xs : Int)).v_out ++
        [((Old.shadow1 xs [] (item xs 0) 1 0 1 (List.length xs : Int)).v_last,
          (Old.shadow1 xs [] (item xs 0) 1 0 1 (List.length xs : Int)).v_count)] ∧
    7 * ((New.shadow1 xs [] (item xs 0) 0 0 xs).ticks : Int) =
      6 * ((Old.shadow1 xs [] (item xs 0) 1 0 1 (List.length xs : Int)).ticks : Int) + 43 ∧
    7 * (xs.length : Int) ≤ ((Old.shadow1 xs [] (item xs 0) 1 0 1 (List.length xs : Int)).ticks : Int) + 6 := by
  intro h
  cases xs with
  | nil => exact absurd rfl h
  | cons y ys =>
    have some_run := runs_some y 1 ys
    have o := old_runs (y :: ys) [] y 1 0 1 (y :: ys).length (by omega) (by simp; omega) rfl (by simp)
    have n := new_runs (y :: ys) [] y 0 0 (y :: ys) (by simp) (by simp)
    simp only [runs, if_true, item_cons_zero, Int.zero_add, List.nil_append, show (1 : Int).toNat = 1 by rfl,
      List.drop_succ_cons, List.drop_zero, List.length_cons] at *
    refine ⟨n.1.trans o.1.symm, by omega, by omega⟩
