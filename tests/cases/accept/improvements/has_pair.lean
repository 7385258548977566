def has (xs : List Int) (goal i next : Int) : Prop := ∃ j, next ≤ j ∧ j < xs.length ∧ item xs i + item xs j = goal

theorem inner_found (xs : List Int) (goal : Int) (found : Bool) (i j next stop : Int) (h0 : 0 ≤ i) (h1 : i < next)
    (h2 : next ≤ stop) (h3 : stop = xs.length) :
    (Old.shadow2 xs goal found i j next stop).v_found = true ↔ found = true ∨ has xs goal i next := by
  have more (next : Int) (h : next < xs.length) :
      has xs goal i next ↔ item xs i + item xs next = goal ∨ has xs goal i (next + 1) := by
    constructor
    · rintro ⟨k, a, b, c⟩
      by_cases e : k = next
      · subst e; exact .inl c
      · exact .inr ⟨k, by omega, b, c⟩
    · rintro (c | ⟨k, a, b, c⟩)
      · exact ⟨next, by omega, h, c⟩
      · exact ⟨k, by omega, b, c⟩
  fun_induction Old.shadow2 xs goal found i j next stop with
  | case1 found j next g e ih =>
    refine (ih (by omega) (by omega)).trans ?_
    rw [more next (by omega)]; simp [e]
  | case2 found j next g e ih =>
    refine (ih (by omega) (by omega)).trans ?_
    rw [more next (by omega)]; simp [e]
  | case3 found j next g =>
    have : ¬ has xs goal i next := by rintro ⟨k, a, b, c⟩; omega
    simp [this]

theorem outer_found (xs : List Int) (goal : Int) (found : Bool) (i j n2 s2 next stop : Int) (h0 : 0 ≤ next)
    (h1 : next ≤ stop) (h2 : stop = xs.length) :
    (Old.shadow1 xs goal found i j n2 s2 next stop).v_found = true ↔
      found = true ∨ ∃ k, next ≤ k ∧ k < xs.length ∧ has xs goal k (k + 1) := by
  fun_induction Old.shadow1 xs goal found i j n2 s2 next stop with
  | case1 found i j n2 s2 next g ih =>
    have r := ih (by omega) (by omega)
    have := inner_found xs goal found next j (next + 1) xs.length h0 (by omega) (by omega) rfl
    rw [this] at r
    refine r.trans ?_
    constructor
    · rintro ((a | a) | ⟨k, a, b, c⟩)
      · exact .inl a
      · exact .inr ⟨next, by omega, by omega, a⟩
      · exact .inr ⟨k, by omega, b, c⟩
    · rintro (a | ⟨k, a, b, c⟩)
      · exact .inl (.inl a)
      · by_cases e : k = next
        · subst e; exact .inl (.inr c)
        · exact .inr ⟨k, by omega, b, c⟩
  | case2 found i j n2 s2 next g =>
    have : ¬ ∃ k, next ≤ k ∧ k < xs.length ∧ has xs goal k (k + 1) := by rintro ⟨k, a, b, c⟩; omega
    grind

theorem sorted_far (xs : List Int) (s : ∀ k ∈ upto 0 ((List.length xs : Int) - 1), item xs k ≤ item xs (k + 1)) (d : Nat)
    (i : Int) (h0 : 0 ≤ i) (h1 : i + d < xs.length) : item xs i ≤ item xs (i + d) := by
  induction d with
  | zero => simp
  | succ d ih =>
    have := ih (by omega)
    have := s (i + d) (by rw [mem_upto]; omega)
    rw [show i + ((d + 1 : Nat) : Int) = i + d + 1 by omega]; omega

theorem sorted_between (xs : List Int) (s : ∀ k ∈ upto 0 ((List.length xs : Int) - 1), item xs k ≤ item xs (k + 1))
    (i j : Int) (h0 : 0 ≤ i) (h1 : i ≤ j) (h2 : j < xs.length) : item xs i ≤ item xs j := by
  have := sorted_far xs s (j - i).toNat i h0 (by omega)
  rwa [show i + ((j - i).toNat : Int) = j by omega] at this

theorem narrowed (xs : List Int) (goal lo hi s : Int) (result : Bool)
    (h : ∀ k ∈ upto 0 ((List.length xs : Int) - 1), item xs k ≤ item xs (k + 1)) (h0 : 0 ≤ lo) (h1 : hi < xs.length) :
    ((New.shadow1 xs goal lo hi s result).returned = true ↔
      ∃ i j, lo ≤ i ∧ i < j ∧ j ≤ hi ∧ item xs i + item xs j = goal) ∧
    ((New.shadow1 xs goal lo hi s result).returned = true → (New.shadow1 xs goal lo hi s result).result = true) := by
  fun_induction New.shadow1 xs goal lo hi s result with
  | case1 lo hi s g e => exact ⟨⟨fun _ => ⟨lo, hi, by omega, by omega, by omega, e⟩, fun _ => rfl⟩, fun _ => rfl⟩
  | case2 lo hi s g e e' ih =>
    have r := ih (by omega) h1
    refine ⟨r.1.trans ?_, r.2⟩
    clear r ih
    constructor
    · rintro ⟨i, j, a, b, c, d⟩; exact ⟨i, j, by omega, b, c, d⟩
    · rintro ⟨i, j, a, b, c, d⟩
      have := sorted_between xs h j hi (by omega) c h1
      by_cases f : i = lo
      · subst f; omega
      · exact ⟨i, j, by omega, b, c, d⟩
  | case3 lo hi s g e e' ih =>
    have r := ih h0 (by omega)
    refine ⟨r.1.trans ?_, r.2⟩
    clear r ih
    constructor
    · rintro ⟨i, j, a, b, c, d⟩; exact ⟨i, j, a, b, by omega, d⟩
    · rintro ⟨i, j, a, b, c, d⟩
      have := sorted_between xs h lo i h0 a (by omega)
      by_cases f : j = hi
      · subst f; omega
      · exact ⟨i, j, a, b, by omega, d⟩
  | case4 lo hi s g =>
    refine ⟨⟨fun c => by simp at c, ?_⟩, fun c => by simp at c⟩
    rintro ⟨i, j, a, b, c, d⟩; omega

theorem same_answer (xs : List Int) (goal : Int)
    (h : ∀ k ∈ upto 0 ((List.length xs : Int) - 1), item xs k ≤ item xs (k + 1)) :
    ((Old.shadow1 xs goal false 0 0 0 0 0 (List.length xs : Int)).v_found = true ↔
      (New.shadow1 xs goal 0 ((List.length xs : Int) - 1) 0 false).returned = true) ∧
    ((New.shadow1 xs goal 0 ((List.length xs : Int) - 1) 0 false).returned = true →
      (New.shadow1 xs goal 0 ((List.length xs : Int) - 1) 0 false).result = true) := by
  have old := outer_found xs goal false 0 0 0 0 0 xs.length (by omega) (by omega) rfl
  have new := narrowed xs goal 0 (xs.length - 1) 0 false h (by omega) (by omega)
  refine ⟨old.trans (Iff.trans ?_ new.1.symm), new.2⟩
  constructor
  · rintro (a | ⟨i, a, b, j, c, d, e⟩)
    · simp at a
    · exact ⟨i, j, a, by omega, by omega, e⟩
  · rintro ⟨i, j, a, b, c, d⟩; exact .inr ⟨i, a, by omega, j, by omega, by omega, d⟩

theorem inner_least (xs : List Int) (goal : Int) (found : Bool) (i j next stop : Int) (h0 : 0 ≤ i) (h1 : i < next)
    (h2 : next ≤ stop) (h3 : stop = xs.length) :
    1 + 7 * (stop - next) ≤ ((Old.shadow2 xs goal found i j next stop).ticks : Int) := by
  fun_induction Old.shadow2 xs goal found i j next stop with
  | case1 found j next g e ih => have := ih (by omega) (by omega); dsimp only; omega
  | case2 found j next g e ih => have := ih (by omega) (by omega); dsimp only; omega
  | case3 found j next g => dsimp only; omega

theorem outer_least (xs : List Int) (goal : Int) (found : Bool) (i j n2 s2 next stop : Int) (h0 : 0 ≤ next)
    (h1 : next ≤ stop) (h2 : stop = xs.length) :
    1 + 6 * (stop - next) ≤ ((Old.shadow1 xs goal found i j n2 s2 next stop).ticks : Int) := by
  fun_induction Old.shadow1 xs goal found i j n2 s2 next stop with
  | case1 found i j n2 s2 next g ih =>
    have := ih (by omega) (by omega)
    have := inner_least xs goal found next j (next + 1) xs.length h0 (by omega) (by omega) rfl
    dsimp only; omega
  | case2 found i j n2 s2 next g => dsimp only; omega

theorem old_cost (xs : List Int) (goal : Int) :
    1 ≤ ((Old.shadow1 xs goal false 0 0 0 0 0 (List.length xs : Int)).ticks : Int) ∧
      (1 ≤ xs.length → 13 * (xs.length : Int) - 6 ≤ (Old.shadow1 xs goal false 0 0 0 0 0 (List.length xs : Int)).ticks) := by
  have := outer_least xs goal false 0 0 0 0 0 xs.length (by omega) (by omega) rfl
  refine ⟨by omega, fun h => ?_⟩
  rw [Old.shadow1, if_pos (by omega)]
  have := inner_least xs goal false 0 0 (0 + 1) xs.length (by omega) (by omega) (by omega) rfl
  have := outer_least xs goal (Old.shadow2 xs goal false 0 0 (0 + 1) xs.length).v_found 0
    (Old.shadow2 xs goal false 0 0 (0 + 1) xs.length).v_j (Old.shadow2 xs goal false 0 0 (0 + 1) xs.length).v_next_2
    xs.length (0 + 1) xs.length (by omega) (by omega) rfl
  dsimp only; omega

theorem turns (xs : List Int) (goal lo hi s : Int) (result : Bool) :
    (hi < lo → (New.shadow1 xs goal lo hi s result).ticks = 2) ∧
      (lo ≤ hi → ((New.shadow1 xs goal lo hi s result).ticks : Int) ≤ 2 + 12 * (hi - lo)) := by
  fun_induction New.shadow1 xs goal lo hi s result <;> dsimp only <;> omega

theorem new_cost (xs : List Int) (goal : Int) :
    (xs.length = 0 → (New.shadow1 xs goal 0 ((List.length xs : Int) - 1) 0 false).ticks = 2) ∧
      (1 ≤ xs.length →
        ((New.shadow1 xs goal 0 ((List.length xs : Int) - 1) 0 false).ticks : Int) ≤ 12 * (xs.length : Int) - 10) := by
  have := turns xs goal 0 (xs.length - 1) 0 false
  omega
