theorem inner (out : List Int) (x k : Int) (h0 : 0 ≤ k) (h1 : 2 ≤ (out.length : Int)) (h2 : k ≤ out.length - 1) :
    (New.shadow2 out x k).v_out = (Old.shadow2 out x (k - 1)).v_out ∧
    (New.shadow2 out x k).v_k = (Old.shadow2 out x (k - 1)).v_j + 1 ∧
    (New.shadow2 out x k).ticks ≤ (Old.shadow2 out x (k - 1)).ticks := by
  fun_induction New.shadow2 out x k with
  | case1 out k g ih =>
    have r := ih (by omega) (by rw [length_updated]; omega) (by rw [length_updated]; omega)
    have e : k - 1 + 1 = k := by omega
    rw [Old.shadow2, if_pos (by omega), e]
    refine ⟨r.1, r.2.1, ?_⟩
    have p : k ≠ 0 := g.2.1
    have q : k - 1 ≥ 0 := by omega
    simp only [pick, if_pos p, if_pos q]; omega
  | case2 out k g =>
    rw [Old.shadow2, if_neg (by omega)]
    refine ⟨rfl, by simp only []; omega, ?_⟩
    by_cases p : k = 0
    · subst p; simp [pick]
    · have q : k - 1 ≥ 0 := by omega
      simp only [pick, if_pos p, if_pos q]; omega

theorem outer (out : List Int) (i x k j next stop : Int) (h0 : 1 ≤ next) (h1 : stop = out.length) :
    (New.shadow1 out i x k next stop).v_out = (Old.shadow1 out i x j next stop).v_out ∧
    (New.shadow1 out i x k next stop).ticks ≤ (Old.shadow1 out i x j next stop).ticks ∧
    ((New.shadow1 out i x k next stop).ticks : Int) + 2 * (stop - next) ≤ (Old.shadow1 out i x j next stop).ticks + 2 := by
  fun_induction New.shadow1 out i x k next stop generalizing j with
  | case1 out i x k next g ih =>
    have s := inner out (item out next) next (by omega) (by omega) (by omega)
    have l := New.loop2_v_out_length out (item out next) next
    have r := ih (Old.shadow2 out (item out next) (next - 1)).v_j (by omega) (by rw [length_updated, l]; omega)
    rw [s.1, s.2.1] at r
    rw [Old.shadow1, if_pos (by omega)]
    simp only [s.1, s.2.1]
    have t := r.2
    have u := s.2.2
    exact ⟨r.1, by omega, by omega⟩
  | case2 out i x k next g =>
    rw [Old.shadow1, if_neg (by omega)]
    exact ⟨rfl, Nat.le_refl _, by simp only []; omega⟩

theorem sorted_alike (xs : List Int) :
    (New.shadow1 xs 0 0 0 1 xs.length).v_out = (Old.shadow1 xs 0 0 0 1 xs.length).v_out ∧
    (New.shadow1 xs 0 0 0 1 xs.length).ticks ≤ (Old.shadow1 xs 0 0 0 1 xs.length).ticks ∧
    ((New.shadow1 xs 0 0 0 1 xs.length).ticks : Int) + 2 * ((xs.length : Int) - 1) ≤
      (Old.shadow1 xs 0 0 0 1 xs.length).ticks + 2 :=
  outer xs 0 0 0 0 1 xs.length (by omega) rfl
