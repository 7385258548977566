theorem saved (v_low v_high v_modulus : Int) (v_labels : List (Int × Int)) :
    New.ticks v_low v_high v_modulus v_labels + 2 * v_labels.length = Old.ticks v_low v_high v_modulus v_labels + 4 := by
  induction v_labels with
  | nil => rfl
  | cons first rest ih =>
    simp only [New.ticks, New.out, Old.ticks, Old.out, List.map_cons, List.sum_cons, List.length_cons] at *
    omega

theorem cost (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : List (Int × Int))
    (h : Pre v_low v_high v_modulus v_labels) :
    New.ticks v_low v_high v_modulus v_labels ≤ Old.ticks v_low v_high v_modulus v_labels + 4 := by
  have := saved v_low v_high v_modulus v_labels
  omega

theorem gain : ∀ m : Nat, ∃ (v_low : Int) (v_high : Int) (v_modulus : Int) (v_labels : List (Int × Int)),
    Pre v_low v_high v_modulus v_labels ∧
      New.ticks v_low v_high v_modulus v_labels + m ≤ Old.ticks v_low v_high v_modulus v_labels := by
  intro m
  refine ⟨0, 0, 1, List.replicate (m + 2) (0, 0), ⟨by omega, ?_⟩, ?_⟩
  · intro x hx
    rw [List.eq_of_mem_replicate hx]
    simp
  · have := saved 0 0 1 (List.replicate (m + 2) (0, 0))
    rw [List.length_replicate] at this
    omega
