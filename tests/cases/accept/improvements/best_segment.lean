def before (xs : List Int) : Nat → Int
  | 0 => 0
  | k + 1 => before xs k + item xs k

def Top (least r : Int) (P : Int → Prop) : Prop := least ≤ r ∧ (∀ v, P v → v ≤ r) ∧ (r = least ∨ P r)

theorem before_next (xs : List Int) (k : Int) (h : 0 ≤ k) : before xs (k + 1).toNat = before xs k.toNat + item xs k := by
  rw [show (k + 1).toNat = k.toNat + 1 by omega, before, Int.toNat_of_nonneg h]

theorem empty (least : Int) (P : Int → Prop) (h : ∀ v, ¬P v) : Top least least P :=
  ⟨Int.le_refl _, fun v p => absurd p (h v), Or.inl rfl⟩

theorem join (least mid r : Int) (P Q R : Int → Prop) (h : Top least mid Q) (g : Top mid r R) (e : ∀ v, P v ↔ Q v ∨ R v) :
    Top least r P := by
  unfold Top at *; grind

theorem single (least w : Int) : Top least (max least w) (fun v => v = w) := by
  refine ⟨by omega, fun v p => by rw [show v = w from p]; omega, ?_⟩
  rcases Int.le_total least w with c | c
  · exact Or.inr (Int.max_eq_right c)
  · exact Or.inl (Int.max_eq_left c)

theorem add_one (best w r next stop : Int) (f : Int → Int) (hw : w = f (next + 1)) (g : next < stop)
    (h : Top (max best w) r (fun v => ∃ e, next + 1 < e ∧ e ≤ stop ∧ v = f e)) :
    Top best r (fun v => ∃ e, next < e ∧ e ≤ stop ∧ v = f e) := by
  refine join best (max best w) r _ (fun v => v = w) _ (single best w) h fun v => ⟨?_, ?_⟩
  · intro ⟨e, a, b, c⟩
    by_cases q : e = next + 1
    · rw [q] at c; exact Or.inl (c.trans hw.symm)
    · exact Or.inr ⟨e, by omega, b, c⟩
  · intro p
    rcases p with a | ⟨e, a, b, c⟩
    · exact ⟨next + 1, by omega, by omega, a.trans hw⟩
    · exact ⟨e, by omega, b, c⟩

theorem total_of (xs : List Int) (total k next stop : Int) (h0 : 0 ≤ next) (h1 : next ≤ stop) (h2 : stop ≤ xs.length) :
    (Old.shadow3 xs total k next stop).v_total = total + before xs stop.toNat - before xs next.toNat := by
  fun_induction Old.shadow3 xs total k next stop with
  | case1 total k next h ih => rw [ih (by omega) (by omega), before_next xs next h0]; omega
  | case2 total k next h => show total = _; rw [show next = stop by omega]; omega

theorem from_one (xs : List Int) (best i j total k n3 s3 next stop : Int) (h0 : 0 ≤ i) (h1 : i ≤ next) (h2 : next ≤ stop)
    (h3 : stop = xs.length) (h4 : i < stop) :
    Top best (Old.shadow2 xs best i j total k n3 s3 next stop).v_best
      (fun v => ∃ e, next < e ∧ e ≤ stop ∧ v = before xs e.toNat - before xs i.toNat) := by
  fun_induction Old.shadow2 xs best i j total k n3 s3 next stop with
  | case1 best j total k n3 s3 next h g ih =>
    have t := total_of xs 0 k i (next + 1) h0 (by omega) (by omega)
    refine add_one best (Old.shadow3 xs 0 k i (next + 1)).v_total _ next stop (fun e => before xs e.toNat - before xs i.toNat)
      (by simp only; omega) (by omega) ?_
    rw [Int.max_eq_right (Int.le_of_lt g)]
    exact ih (by omega) (by omega)
  | case2 best j total k n3 s3 next h g ih =>
    have t := total_of xs 0 k i (next + 1) h0 (by omega) (by omega)
    refine add_one best (Old.shadow3 xs 0 k i (next + 1)).v_total _ next stop (fun e => before xs e.toNat - before xs i.toNat)
      (by simp only; omega) (by omega) ?_
    rw [Int.max_eq_left (by omega)]
    exact ih (by omega) (by omega)
  | case3 best j total k n3 s3 next h => exact empty best _ fun v ⟨e, a, b, c⟩ => by omega

theorem from_all (xs : List Int) (best i j total k n3 s3 n2 s2 next stop : Int) (h0 : 0 ≤ next) (h1 : next ≤ stop)
    (h2 : stop = xs.length) (h3 : 1 ≤ stop) :
    Top best (Old.shadow1 xs best stop i j total k n3 s3 n2 s2 next stop).v_best
      (fun v => ∃ s e, next ≤ s ∧ s < e ∧ e ≤ stop ∧ v = before xs e.toNat - before xs s.toNat) := by
  fun_induction Old.shadow1 xs best stop i j total k n3 s3 n2 s2 next stop with
  | case1 best i j total k n3 s3 n2 s2 next h ih =>
    have one := from_one xs best next j total k n3 s3 next stop (by omega) (by omega) (by omega) h2 (by omega)
    refine join best _ _ _ _ _ one (ih (by omega) (by omega)) fun v => ⟨?_, ?_⟩
    · intro ⟨s, e, a, b, c, d⟩
      by_cases q : s = next
      · rw [q] at b d; exact Or.inl ⟨e, b, c, d⟩
      · exact Or.inr ⟨s, e, by omega, b, c, d⟩
    · intro p
      rcases p with ⟨e, b, c, d⟩ | ⟨s, e, a, b, c, d⟩
      · exact ⟨next, e, by omega, b, c, d⟩
      · exact ⟨s, e, by omega, b, c, d⟩
  | case2 best i j total k n3 s3 n2 s2 next h => exact empty best _ fun v ⟨s, e, a, b, c, d⟩ => by omega

theorem drop_item (xs rest : List Int) (k : Int) (h0 : 0 ≤ k) (h1 : rest = xs.drop k.toNat) (h2 : rest ≠ []) :
    k < xs.length ∧ item rest 0 = item xs k ∧ rest.tail = xs.drop (k + 1).toNat := by
  have l : k.toNat < xs.length := Nat.lt_of_not_le fun c => h2 (by rw [h1, List.drop_eq_nil_of_le c])
  refine ⟨by omega, ?_, ?_⟩
  · rw [h1, List.drop_eq_getElem_cons l, item_cons_zero, item_eq h0 (by omega)]
  · rw [h1, List.tail_drop, show (k + 1).toNat = k.toNat + 1 by omega]

theorem up_to_all (xs : List Int) (k best here x : Int) (rest : List Int) (h : 0 < xs.length) (h0 : 0 ≤ k)
    (h1 : k ≤ xs.length) (h2 : rest = xs.drop k.toNat)
    (h3 : ∀ s, 0 ≤ s → s ≤ k → before xs k.toNat - before xs s.toNat ≤ max here 0)
    (h4 : ∃ s, 0 ≤ s ∧ s ≤ k ∧ max here 0 = before xs k.toNat - before xs s.toNat) :
    Top best (New.shadow1 xs best here x rest).v_best
      (fun v => ∃ s e, 0 ≤ s ∧ s < e ∧ k < e ∧ e ≤ (xs.length : Int) ∧ v = before xs e.toNat - before xs s.toNat) := by
  fun_induction New.shadow1 xs best here x rest generalizing k with
  | case1 best here x rest g ih =>
    have ⟨l, a, t⟩ := drop_item xs rest k h0 h2 g.2
    have n := before_next xs k h0
    have ⟨z, z0, z1, z2⟩ := h4
    have ending : Top best (max best (max here 0 + item rest 0))
        (fun v => ∃ s, 0 ≤ s ∧ s ≤ k ∧ v = before xs (k + 1).toNat - before xs s.toNat) := by
      refine ⟨by omega, ?_, ?_⟩
      · intro v ⟨s, s0, s1, s2⟩
        have := h3 s s0 s1
        omega
      · by_cases q : best < max here 0 + item rest 0
        · exact Or.inr ⟨z, z0, z1, by omega⟩
        · exact Or.inl (by omega)
    refine join best _ _ _ _ _ ending (ih (k + 1) (by omega) (by omega) t ?_ ?_) fun v => ⟨?_, ?_⟩
    · intro s s0 s1
      by_cases q : s = k + 1
      · rw [q]; omega
      · have := h3 s s0 (by omega); omega
    · by_cases q : 0 ≤ max here 0 + item rest 0
      · exact ⟨z, z0, by omega, by omega⟩
      · exact ⟨k + 1, by omega, by omega, by omega⟩
    · intro ⟨s, e, a1, a2, a3, a4, a5⟩
      by_cases q : e = k + 1
      · rw [q] at a2 a5; exact Or.inl ⟨s, a1, by omega, a5⟩
      · exact Or.inr ⟨s, e, a1, a2, by omega, a4, a5⟩
    · intro p
      rcases p with ⟨s, a1, a2, a3⟩ | ⟨s, e, a1, a2, a3, a4, a5⟩
      · exact ⟨s, k + 1, a1, by omega, by omega, by omega, a3⟩
      · exact ⟨s, e, a1, a2, by omega, a4, a5⟩
  | case2 best here x rest g =>
    have l : xs.length ≤ k.toNat := by
      have := congrArg List.length h2
      rw [List.length_drop] at this
      by_cases q : rest = []
      · rw [q, List.length_nil] at this; omega
      · exact absurd ⟨by omega, q⟩ g
    exact empty best _ fun v ⟨s, e, a1, a2, a3, a4, a5⟩ => by omega

theorem same_best (xs : List Int) (h : 0 < xs.length) :
    (New.shadow1 xs (item xs 0) 0 0 xs).v_best =
      (Old.shadow1 xs (item xs 0) xs.length 0 0 0 0 0 0 0 0 0 xs.length).v_best := by
  have a := up_to_all xs 0 (item xs 0) 0 0 xs h (by omega) (by omega) rfl
    (fun s s0 s1 => by rw [show s = 0 by omega]; omega) ⟨0, by omega, by omega, by omega⟩
  have b := from_all xs (item xs 0) 0 0 0 0 0 0 0 0 0 xs.length (by omega) (by omega) rfl (by omega)
  unfold Top at a b
  have ⟨a1, a2, a3⟩ := a
  have ⟨b1, b2, b3⟩ := b
  apply Int.le_antisymm
  · rcases a3 with c | ⟨s, e, c1, c2, c3, c4, c5⟩
    · omega
    · exact b2 _ ⟨s, e, c1, c2, c4, c5⟩
  · rcases b3 with c | ⟨s, e, c1, c2, c3, c4⟩
    · omega
    · exact a2 _ ⟨s, e, c1, c2, by omega, c3, c4⟩

theorem from_one_cost (xs : List Int) (best i j total k n3 s3 next stop : Int) (h0 : 0 ≤ i) (h1 : i ≤ next) (h2 : next ≤ stop)
    (h3 : stop = xs.length) (h4 : i < stop) :
    7 * (stop - next) + 1 ≤ ((Old.shadow2 xs best i j total k n3 s3 next stop).ticks : Int) := by
  fun_induction Old.shadow2 xs best i j total k n3 s3 next stop with
  | case1 best j total k n3 s3 next h g ih => have := ih (by omega) (by omega); simp only; omega
  | case2 best j total k n3 s3 next h g ih => have := ih (by omega) (by omega); simp only; omega
  | case3 best j total k n3 s3 next h => simp only; omega

theorem from_all_cost (xs : List Int) (best i j total k n3 s3 n2 s2 next stop : Int) (h0 : 0 ≤ next) (h1 : next ≤ stop)
    (h2 : stop = xs.length) (h3 : 1 ≤ stop) :
    9 * (stop - next) + 1 ≤ ((Old.shadow1 xs best stop i j total k n3 s3 n2 s2 next stop).ticks : Int) := by
  fun_induction Old.shadow1 xs best stop i j total k n3 s3 n2 s2 next stop with
  | case1 best i j total k n3 s3 n2 s2 next h ih =>
    have one := from_one_cost xs best next j total k n3 s3 next stop (by omega) (by omega) (by omega) h2 (by omega)
    have := ih (by omega) (by omega)
    simp only; omega
  | case2 best i j total k n3 s3 n2 s2 next h => simp only; omega

theorem old_cost (xs : List Int) (h : 0 < xs.length) :
    9 * (xs.length : Int) + 1 ≤ ((Old.shadow1 xs (item xs 0) xs.length 0 0 0 0 0 0 0 0 0 xs.length).ticks : Int) := by
  have := from_all_cost xs (item xs 0) 0 0 0 0 0 0 0 0 0 xs.length (by omega) (by omega) rfl (by omega)
  omega
