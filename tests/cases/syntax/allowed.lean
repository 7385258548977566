-- Whatever a proof may be made of occurs here at least once. The texts are read, and not elaborated: what they say is of no
-- account, and neither is whether it is true.

theorem arithmetic (x y : Int) (n : Nat) : x + y - x * y / 2 % 3 ^ 2 = -x ∧ n ∣ n <<< 1 >>> 2 &&& 3 ||| 4 ^^^ 5 := by
  exact h

theorem complement (x : BitVec 8) : ~~~x = x := rfl

theorem comparisons (x y : Int) : x ≠ y → x < y → x ≤ y → x > y → x ≥ y → (x == y) = true → (x != y) = true := by
  intros

theorem logic (p q : Prop) (a b : Bool) : (p ∧ q ∨ ¬p ↔ q) ∧ (a && b || !a) = true := h

theorem types (t : Type) (u : Type 1) (s : Nat × Int) (r : {n : Nat // n > 0}) (f : (n : Nat) → Fin n) : True := trivial

theorem lists (l : List Nat) : 1 ∈ [1, 2] ∧ 3 ∉ 1 :: l ++ [] := h

theorem applications (f g : Nat → Nat) : (f ∘ g) 1 = f <| 2 ∧ (1 |> f) = 2 ∧ (l |>.length) = ↑n ∧ p.1 = q.2 := by
  exact foo (a := 1) (b := _) ..

theorem binders {a : Nat} [h : Decidable p] ⦃b : Nat⦄ (c : Nat) : @id Nat a = c ∧ ‹a = b› = ‹_› := h

theorem quantifiers : (∀ x > 1, x = 1) ∧ (∀ x < 1, x = 1) ∧ (∀ x ≥ 1, x = 1) ∧ (∀ x ≤ 1, x = 1) ∧ (∀ x ∈ l, x = 1) ∧
    (∀ x ≠ 1, x = 1) ∧ (∃ x > 1, x = 1) ∧ (∃ x y, x = y) ∧ (∃ (x : Nat) (y : Nat), x = y) ∧ ∃ x : Nat, x = 1 := h

theorem functions : (fun x => x) = (fun (x : Nat) => x) ∧ (· + 1) = (1 + ·) ∧ (fun | 0 => 1 | n + 1 => n) = f := h

theorem terms (n : Nat) : p :=
  let a := 1
  let f | 0 => 1
        | n + 1 => n
  let ⟨b, c⟩ := g
  have h : p := h
  have ⟨i, j⟩ := k
  haveI := h
  letI x := 1
  suffices q by exact this
  suffices r from this
  show p from h ▸ (h : p)

theorem shown : p := show p by exact h

theorem tuples : ((1, 2), (⟨1, 2⟩ : Nat × Nat)).1 = .mk 1 2 := (rfl : _)

theorem cases_of_terms (n : Nat) : match (motive := Nat → Prop) h : n, n with
    | 0, _ => True
    | m@(k + 1), _ => m = k + 1 := h

theorem nothing (h : False) : p := nomatch h

theorem nothing_again : ¬False := nofun

theorem conditions : (if x = 1 then 1 else 2) = (if h : x = 1 then 1 else 2) := h

theorem chains (a b c : Nat) : a = c := calc
  a = b := h
  _ = c := g

def equations : Nat → Nat
  | 0 => 0
  | n + 1 => equations n
termination_by n => n
decreasing_by omega

theorem every : ∀ x y : Nat, x = y := h

theorem holes : ?_ = ?a := by
  refine ⟨_, ?_, ?b⟩

theorem braces : p := by { skip; done }

theorem control : p := by
  (intro x; skip)
  · exact h
  . exact h
  all_goals skip
  any_goals skip
  try skip
  repeat skip
  repeat' skip
  repeat1' skip
  iterate 3 skip
  first | skip | done
  case a => skip
  case a | b x y => skip
  case' a => skip
  next x => skip
  rotate_left
  rotate_right 1
  with_reducible rfl
  skip <;> skip

theorem moves : p := by
  intro x ⟨y, z⟩
  intros a b
  revert a
  clear x
  rename Nat => n
  rename_i m
  expose_names
  generalize h : x = y at k
  generalize x = y

theorem steps : p := by
  exact h
  apply h
  refine h
  refine' h
  specialize h 1
  exact_mod_cast h
  infer_instance
  nomatch h
  nofun
  exists 1, 2
  trivial
  have h : p := h
  have := h
  let x := 1
  suffices h : p by exact h
  suffices h : p from h
  haveI := h
  letI x := 1
  replace h := h
  obtain ⟨x, y⟩ := h
  rcases h with ⟨x, -⟩ | ⟨y | z, (w : p)⟩ | @⟨rfl, _⟩
  rintro x ⟨y, z⟩ (h | g) (k : p)

theorem distinctions : p := by
  cases h with
  | inl a => skip
  | @inr b => skip
  cases h : x
  induction x, y using foo generalizing z with
  | zero => skip
  | succ n ih => skip
  fun_induction f x
  fun_cases f x
  split
  split at h
  match x with
  | 0 => skip
  | n + 1 => skip
  if x = 1 then skip else skip
  if h : x = 1 then skip else skip
  injection h with a b
  injections
  by_cases h : p

theorem forms : p := by
  constructor
  left
  right
  and_intros
  rfl
  symm
  congr 1
  show p
  change p at h
  subst h
  subst_vars
  assumption
  contradiction
  exfalso
  false_or_by_contra
  ac_rfl
  funext x y
  ext x : 1

theorem procedures : p := by
  omega
  bv_omega
  lia
  cutsat
  grobner
  decide
  grind
  grind only [a, = b, ← c, → d, =_ e, _=_ f, ←= g, usr h, cases i, cases eager j, intro k, ext l, !r]
  grind (splits := 3) +ring -linarith [-a, !b]

theorem rewriting : p := by
  simp
  simp (maxSteps := 10) +arith -zeta (disch := omega) only [a, ← b, -c, ↓d, ↑e, *] at h ⊢
  simp at *
  simp_all
  simp_all only [a]
  simpa
  simpa only [a, -b] using h
  dsimp only [a] at h
  rw [a, ← b] at h
  rewrite [a]
  rwa [a]
  erw [a]
  unfold f g
  norm_cast at h
  push_cast
  calc
    a = b := h
    _ = c := g
