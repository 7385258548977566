module

public import QED.Arith

@[expose] public noncomputable section

/-!
# Lists

What Python's lists do, where Lean's own functions do not say it: indices count from the end where they are negative, slices are
clamped, ranges are lists. Each is defined for all ints; where Python raises, the condition of the step that evaluates it fails.
-/

namespace QED

/-- `a[i]`, for `-len a ≤ i < len a`. -/
def item {α : Type} [Inhabited α] (a : List α) (i : Int) : α :=
  if 0 ≤ i then a.getD i.toNat default else a.getD ((a.length : Int) + i).toNat default

/-- `a` after `a[i] = v`, for `-len a ≤ i < len a`. -/
def updated {α : Type} (a : List α) (i : Int) (v : α) : List α :=
  if 0 ≤ i then a.set i.toNat v else a.set ((a.length : Int) + i).toNat v

/-- Where the bound `i` of a slice of `a` stands, from the front: negative ones count from the end, and all are clamped. -/
def bound {α : Type} (a : List α) (i : Int) : Nat :=
  if 0 ≤ i then min i.toNat a.length else ((a.length : Int) + i).toNat

/-- `range(a, b)`. -/
def upto (a b : Int) : List Int := (List.range (b - a).toNat).map fun (k : Nat) => a + (k : Int)

/-- `range(a, b, c)`, for `c ≠ 0`. -/
def span (a b c : Int) : List Int :=
  (List.range (if 0 < c then (b - a + c - 1) / c else (a - b - c - 1) / -c).toNat).map fun (k : Nat) => a + (k : Int) * c

/-- `min(a)`, for a list that is not empty. -/
def least : List Int → Int
  | [] => 0
  | x :: xs => xs.foldl min x

/-- `max(a)`, for a list that is not empty. -/
def greatest : List Int → Int
  | [] => 0
  | x :: xs => xs.foldl max x

/-- `sorted(a)`. -/
def ascending (a : List Int) : List Int := a.mergeSort fun x y => decide (x ≤ y)

section facts
variable {α : Type}

@[simp, grind =] theorem item_cons_zero [Inhabited α] (x : α) (a : List α) : item (x :: a) 0 = x := rfl

theorem item_nonneg [Inhabited α] {a : List α} {i : Int} (h : 0 ≤ i) : item a i = a.getD i.toNat default := by
  simp [item, h]

@[grind =] theorem item_eq [Inhabited α] {a : List α} {i : Int} (h : 0 ≤ i) (hi : i < a.length) :
    item a i = a[i.toNat]'(by omega) := by
  rw [item_nonneg h, List.getD_eq_getElem?_getD, List.getElem?_eq_getElem (by omega), Option.getD_some]

@[grind =] theorem item_neg [Inhabited α] {a : List α} {i : Int} (h : i < 0) (hi : -(a.length : Int) ≤ i) :
    item a i = a[((a.length : Int) + i).toNat]'(by omega) := by
  rw [item, if_neg (by omega), List.getD_eq_getElem?_getD, List.getElem?_eq_getElem (by omega), Option.getD_some]

@[grind =] theorem item_zero [Inhabited α] {a : List α} (h : a ≠ []) : item a 0 = a.head h := by
  cases a with
  | nil => exact absurd rfl h
  | cons x xs => rfl

theorem item_cons_pos [Inhabited α] (x : α) (a : List α) {i : Int} (h : 0 < i) : item (x :: a) i = item a (i - 1) := by
  have e : i.toNat = (i - 1).toNat + 1 := by omega
  rw [item_nonneg (by omega), item_nonneg (by omega), e, List.getD_cons_succ]

@[simp, grind =] theorem length_updated (a : List α) (i : Int) (v : α) : (updated a i v).length = a.length := by
  simp only [updated]; split <;> simp

@[grind =] theorem updated_eq {a : List α} {i : Int} (v : α) (h : 0 ≤ i) : updated a i v = a.set i.toNat v := by
  simp [updated, h]

@[grind =] theorem item_updated [Inhabited α] {a : List α} {i j : Int} (v : α) (hi : 0 ≤ i) (hj : 0 ≤ j) (h : i < a.length) :
    item (updated a i v) j = if i = j then v else item a j := by
  rw [updated_eq v hi, item_nonneg hj, item_nonneg hj, List.getD_eq_getElem?_getD, List.getD_eq_getElem?_getD, List.getElem?_set]
  by_cases e : i = j
  · subst e; rw [if_pos rfl, if_pos rfl, if_pos (by omega), Option.getD_some]
  · have : i.toNat ≠ j.toNat := by omega
    simp [e, this]

@[grind =] theorem bound_nonneg {a : List α} {i : Int} (h : 0 ≤ i) : bound a i = min i.toNat a.length := by simp [bound, h]

@[grind =] theorem bound_neg {a : List α} {i : Int} (h : i < 0) : bound a i = ((a.length : Int) + i).toNat := by
  simp [bound, show ¬ 0 ≤ i by omega]

theorem bound_le (a : List α) (i : Int) : bound a i ≤ a.length := by
  simp only [bound]; split <;> omega

grind_pattern bound_le => bound a i

theorem length_pos {a : List α} (h : a ≠ []) : 0 < a.length := List.length_pos_iff.mpr h

grind_pattern length_pos => a.length

theorem tail_length_lt {a : List α} (h : a ≠ []) : a.tail.length < a.length := by
  cases a with
  | nil => exact absurd rfl h
  | cons x xs => simp

grind_pattern tail_length_lt => a.tail

theorem item_mem [Inhabited α] {a : List α} {i : Int} (h : 0 ≤ i) (hi : i < a.length) : item a i ∈ a := by
  rw [item_eq h hi]; exact List.getElem_mem _

grind_pattern item_mem => item a i

theorem mem_item [Inhabited α] {a : List α} {x : α} (h : x ∈ a) : ∃ i : Int, 0 ≤ i ∧ i < a.length ∧ item a i = x := by
  obtain ⟨k, hk, e⟩ := List.getElem_of_mem h
  exact ⟨k, by omega, by omega, by rw [item_eq (by omega) (by omega)]; exact e⟩

/-- What holds of all elements of a list that is not empty holds of the first and of all others. -/
theorem all_first [Inhabited α] {a : List α} {p : α → Prop} {c goal : Prop} (all : ∀ x ∈ a, p x) (h : c ∧ a ≠ [])
    (k : p (item a 0) → (∀ x ∈ a.tail, p x) → goal) : goal :=
  k (all _ (item_mem (by omega) (by have := length_pos h.2; omega))) fun x hx => all x (List.mem_of_mem_tail hx)

end facts

@[simp, grind =] theorem mem_upto {a b x : Int} : x ∈ upto a b ↔ a ≤ x ∧ x < b := by
  simp only [upto, List.mem_map, List.mem_range]
  constructor
  · rintro ⟨k, hk, rfl⟩; omega
  · intro h; exact ⟨(x - a).toNat, by omega, by omega⟩

@[simp, grind =] theorem length_upto (a b : Int) : (upto a b).length = (b - a).toNat := by simp [upto]

theorem upto_nil {a b : Int} (h : b ≤ a) : upto a b = [] := by
  simp [upto, show (b - a).toNat = 0 by omega]

theorem upto_cons {a b : Int} (h : a < b) : upto a b = a :: upto (a + 1) b := by
  have e : (b - a).toNat = (b - (a + 1)).toNat + 1 := by omega
  rw [upto, e, List.range_succ_eq_map]
  simp only [upto, List.map_cons, List.map_map, List.cons.injEq]
  refine ⟨by simp, List.map_congr_left fun k _ => ?_⟩
  simp only [Function.comp_apply, Nat.succ_eq_add_one]; omega

theorem upto_succ {a b : Int} (h : a ≤ b) : upto a (b + 1) = upto a b ++ [b] := by
  have e : (b + 1 - a).toNat = (b - a).toNat + 1 := by omega
  rw [upto, e, List.range_succ]
  simp only [upto, List.map_append, List.map_cons, List.map_nil, List.append_cancel_left_eq, List.cons.injEq, and_true]
  omega

@[simp, grind =] theorem sum_append (a b : List Int) : (a ++ b).sum = a.sum + b.sum := by
  induction a with
  | nil => simp
  | cons x xs ih => simp only [List.cons_append, List.sum_cons, ih]; omega

theorem least_le {a : List Int} {x : Int} (h : x ∈ a) : least a ≤ x := by
  cases a with
  | nil => cases h
  | cons y ys =>
    have fold : ∀ (l : List Int) (m : Int), l.foldl min m ≤ m ∧ ∀ z ∈ l, l.foldl min m ≤ z := by
      intro l
      induction l with
      | nil => intro m; simp
      | cons z zs ih => intro m; have := ih (min m z); simp only [List.foldl_cons, List.mem_cons]; grind
    have := fold ys y
    grind [least]

theorem le_greatest {a : List Int} {x : Int} (h : x ∈ a) : x ≤ greatest a := by
  cases a with
  | nil => cases h
  | cons y ys =>
    have fold : ∀ (l : List Int) (m : Int), m ≤ l.foldl max m ∧ ∀ z ∈ l, z ≤ l.foldl max m := by
      intro l
      induction l with
      | nil => intro m; simp
      | cons z zs ih => intro m; have := ih (max m z); simp only [List.foldl_cons, List.mem_cons]; grind
    have := fold ys y
    grind [greatest]

theorem perm_ascending (a : List Int) : (ascending a).Perm a := List.mergeSort_perm ..

end QED
