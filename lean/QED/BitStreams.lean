module

public import QED.Bits

@[expose] public noncomputable section

/-!
# Bit streams

An int is the stream of its bits, least first, for ever. Sums, differences, bitwise operators and products with literals are
automata over such streams: they read a bit of each variable and write one, and their state is a handful of bits, the carries.
So an equation between them holds for all ints where no state that they reach together, on any bits, lets the two sides write
different ones. `eq_of_closed` says so: of a list of states it is checked that the first is where all begin, that the successors
of each are among them, and that both sides write the same. All states and all bits are looked at in parallel: for each carry
there is one number, a *column*, whose bit `s` is what the carry is in state `s`. The kernel computes with such numbers fast.

Equations may be given as premises; then only bits that they allow are looked at. That is also how a right shift is said:
`q = x >> k` where `2 ^ k * q = x - x % 2 ^ k`.

A literal is read from its least bit as well, so it is another automaton at each step until only its sign is left. For this the
states come in *layers*: those of the first step, of the second, and so on; those of the last layer are all that come after.
-/

namespace QED

theorem testBit_bit (p : Bool) (m i : Nat) : (p.toNat + 2 * m).testBit (i + 1) = m.testBit i := by
  rw [Nat.testBit_succ]; congr 1; cases p <;> simp <;> omega

theorem testBit_bit_zero (p : Bool) (m : Nat) : (p.toNat + 2 * m).testBit 0 = p := by
  rw [Nat.testBit_zero]; cases p <;> simp <;> omega

theorem nat_and_bit (p q : Bool) (m n : Nat) :
    (p.toNat + 2 * m) &&& (q.toNat + 2 * n) = (p && q).toNat + 2 * (m &&& n) := by
  apply Nat.eq_of_testBit_eq
  intro i
  cases i <;> simp only [Nat.testBit_and, testBit_bit, testBit_bit_zero]

theorem nat_or_bit (p q : Bool) (m n : Nat) :
    (p.toNat + 2 * m) ||| (q.toNat + 2 * n) = (p || q).toNat + 2 * (m ||| n) := by
  apply Nat.eq_of_testBit_eq
  intro i
  cases i <;> simp only [Nat.testBit_or, testBit_bit, testBit_bit_zero]

theorem band_bit (p q : Bool) (a b : Int) :
    band (p.toInt + 2 * a) (q.toInt + 2 * b) = (p && q).toInt + 2 * band a b := by
  have pos (r : Bool) (m : Nat) : r.toInt + 2 * (m : Int) = ((r.toNat + 2 * m : Nat) : Int) := by cases r <;> simp <;> omega
  have neg (r : Bool) (m : Nat) : r.toInt + 2 * Int.negSucc m = Int.negSucc ((!r).toNat + 2 * m) := by cases r <;> simp <;> omega
  cases a with
  | ofNat m =>
    cases b with
    | ofNat n => simp only [Int.ofNat_eq_natCast, pos, band_natCast, nat_and_bit]
    | negSucc n =>
      simp only [Int.ofNat_eq_natCast, pos, neg, band_natCast_negSucc, nat_and_bit]
      have := Nat.and_le_left (n := m) (m := n)
      cases p <;> cases q <;> simp <;> omega
  | negSucc m =>
    cases b with
    | ofNat n =>
      simp only [Int.ofNat_eq_natCast, pos, neg, band_negSucc_natCast, nat_and_bit]
      have := Nat.and_le_right (n := m) (m := n)
      cases p <;> cases q <;> simp <;> omega
    | negSucc n =>
      simp only [neg, band_negSucc, nat_or_bit]
      cases p <;> cases q <;> rfl

theorem not_bit (p : Bool) (a : Int) : -(p.toInt + 2 * a) - 1 = (!p).toInt + 2 * (-a - 1) := by cases p <;> simp <;> omega

theorem bor_bit (p q : Bool) (a b : Int) :
    bor (p.toInt + 2 * a) (q.toInt + 2 * b) = (p || q).toInt + 2 * bor a b := by
  simp only [bor, not_bit, band_bit]; cases p <;> cases q <;> simp <;> omega

theorem bxor_bit (p q : Bool) (a b : Int) :
    bxor (p.toInt + 2 * a) (q.toInt + 2 * b) = (p ^^ q).toInt + 2 * bxor a b := by
  simp only [bxor, bor_bit, band_bit]; cases p <;> cases q <;> simp <;> omega

theorem bit_half (a : Int) : (decide (a % 2 = 1)).toInt + 2 * (a / 2) = a := by
  rcases Int.emod_two_eq a with h | h <;> simp [h] <;> omega

theorem toInt_bit_half (p : Bool) (a : Int) : (p.toInt + 2 * a) / 2 = a := by cases p <;> simp <;> omega

/-- What takes bits to a bit goes along with halving, and so with right shifts. -/
theorem ediv_of_bit {f : Int → Int → Int} {g : Bool → Bool → Bool}
    (h : ∀ p q a b, f (p.toInt + 2 * a) (q.toInt + 2 * b) = (g p q).toInt + 2 * f a b) (a b : Int) (k : Nat) :
    f a b / 2 ^ k = f (a / 2 ^ k) (b / 2 ^ k) := by
  induction k generalizing a b with
  | zero => simp
  | succ k ih =>
    have s (x : Int) : x / 2 ^ (k + 1) = x / 2 / 2 ^ k := by
      rw [Int.pow_succ, Int.mul_comm, Int.ediv_ediv_of_nonneg (by omega)]
    have half := h (decide (a % 2 = 1)) (decide (b % 2 = 1)) (a / 2) (b / 2)
    rw [bit_half, bit_half] at half
    rw [s, s a, s b, ← ih, half, toInt_bit_half]

theorem band_ediv (a b : Int) (k : Nat) : band a b / 2 ^ k = band (a / 2 ^ k) (b / 2 ^ k) := ediv_of_bit band_bit a b k

theorem bor_ediv (a b : Int) (k : Nat) : bor a b / 2 ^ k = bor (a / 2 ^ k) (b / 2 ^ k) := ediv_of_bit bor_bit a b k

theorem bxor_ediv (a b : Int) (k : Nat) : bxor a b / 2 ^ k = bxor (a / 2 ^ k) (b / 2 ^ k) := ediv_of_bit bxor_bit a b k

/-- The natural number with some digits, least first. -/
def ofDigits : List Bool → Int
  | [] => 0
  | d :: ds => d.toInt + 2 * ofDigits ds

/-- An expression over ints. The numbers `i` of operators say which bits of the state are theirs: the carry or borrow, and of a
product one for each digit of the literal, from `i` on. -/
inductive Stream where
  | var (i : Nat)
  | const (c : Int)
  | and (t u : Stream)
  | or (t u : Stream)
  | xor (t u : Stream)
  | not (t : Stream)
  | neg (i : Nat) (t : Stream)
  | add (i : Nat) (t u : Stream)
  | sub (i : Nat) (t u : Stream)
  /-- `ds * t`, or `t * ds` -/
  | scale (left : Bool) (i : Nat) (ds : List Bool) (t : Stream)
  /-- `t % 2 ^ k` -/
  | trim (k : Nat) (t : Stream)

namespace Stream

/-- What an expression means, as it is printed. -/
def eval (e : List Int) : Stream → Int
  | var i => e.getD i 0
  | const c => c
  | and t u => band (eval e t) (eval e u)
  | or t u => bor (eval e t) (eval e u)
  | xor t u => bxor (eval e t) (eval e u)
  | not t => -eval e t - 1
  | neg _ t => -eval e t
  | add _ t u => eval e t + eval e u
  | sub _ t u => eval e t - eval e u
  | scale true _ ds t => ofDigits ds * eval e t
  | scale false _ ds t => eval e t * ofDigits ds
  | trim k t => eval e t % 2 ^ k

/-- The number in the bits of the state from `i` on, as many as there are digits. -/
def held (σ : Nat → Bool) (i : Nat) : List Bool → Int
  | [] => 0
  | _ :: ds => (σ i).toInt + 2 * held σ (i + 1) ds

/-- What is still to be written after `j` steps, in a state, where the variables' bits to come are `e`. -/
def value (j : Nat) (σ : Nat → Bool) (e : List Int) : Stream → Int
  | var i => e.getD i 0
  | const c => c / 2 ^ j
  | and t u => band (value j σ e t) (value j σ e u)
  | or t u => bor (value j σ e t) (value j σ e u)
  | xor t u => bxor (value j σ e t) (value j σ e u)
  | not t => -value j σ e t - 1
  | neg i t => -value j σ e t - (σ i).toInt
  | add i t u => value j σ e t + value j σ e u + (σ i).toInt
  | sub i t u => value j σ e t - value j σ e u - (σ i).toInt
  | scale _ i ds t => ofDigits ds * value j σ e t + held σ i ds
  | trim k t => value j σ e t % 2 ^ (k - j)

/-- Operators on bits, for a single one or for many in parallel. -/
structure Ops (α : Type) where
  and : α → α → α
  or : α → α → α
  xor : α → α → α
  lit : Bool → α

/-- Bit `j` of a literal. -/
def bitAt : Int → Nat → Bool
  | .ofNat n, j => n.testBit j
  | .negSucc n, j => !n.testBit j

section step
variable {α : Type} (o : Ops α) (j : Nat) (σ ι : Nat → α)

/-- At least two of three bits. -/
def carry (a b c : α) : α := o.or (o.and a b) (o.and c (o.or a b))

/-- The bits of `ds * l` plus those of the state from `i` on plus `k`. -/
def ripple (l k : α) (i : Nat) : List Bool → List α
  | [] => [k]
  | d :: ds =>
    let a := bif d then l else o.lit false
    o.xor (o.xor a (σ i)) k :: ripple l (carry o a (σ i) k) (i + 1) ds

/-- Number a list's elements from `i` on. -/
def numbered (i : Nat) : List α → List (Nat × α)
  | [] => []
  | x :: xs => (i, x) :: numbered (i + 1) xs

/-- The bit that is written at step `j` in state `σ` on bits `ι` of the variables. -/
def low : Stream → α
  | var i => ι i
  | const c => o.lit (bitAt c j)
  | and t u => o.and (low t) (low u)
  | or t u => o.or (low t) (low u)
  | xor t u => o.xor (low t) (low u)
  | not t => o.xor (low t) (o.lit true)
  | neg i t => o.xor (low t) (σ i)
  | add i t u => o.xor (o.xor (low t) (low u)) (σ i)
  | sub i t u => o.xor (o.xor (low t) (low u)) (σ i)
  | scale _ i ds t => (ripple o σ (low t) (o.lit false) i ds).headD (o.lit false)
  | trim k t => bif Nat.blt j k then low t else o.lit false

/-- The bits of the next state, each with its number. -/
def nexts : Stream → List (Nat × α)
  | var _ => []
  | const _ => []
  | and t u => nexts t ++ nexts u
  | or t u => nexts t ++ nexts u
  | xor t u => nexts t ++ nexts u
  | not t => nexts t
  | neg i t => (i, o.or (low o j σ ι t) (σ i)) :: nexts t
  | add i t u => (i, carry o (low o j σ ι t) (low o j σ ι u) (σ i)) :: (nexts t ++ nexts u)
  | sub i t u => (i, carry o (o.xor (low o j σ ι t) (o.lit true)) (low o j σ ι u) (σ i)) :: (nexts t ++ nexts u)
  | scale _ i ds t => numbered i (ripple o σ (low o j σ ι t) (o.lit false) i ds).tail ++ nexts t
  | trim _ t => nexts t

end step

/-- Bits one by one. -/
def bools : Ops Bool := ⟨Bool.and, Bool.or, Bool.xor, id⟩

/-- The least bits of the variables. -/
def bitsOf (e : List Int) (i : Nat) : Bool := decide (e.getD i 0 % 2 = 1)

/-! ## A step on single bits -/

theorem bitAt_step (c : Int) (j : Nat) : c / 2 ^ j = (bitAt c j).toInt + 2 * (c / 2 ^ (j + 1)) := by
  have e : c / 2 ^ (j + 1) = c / 2 ^ j / 2 := by
    rw [Int.pow_succ, Int.ediv_ediv_of_nonneg (Int.pow_nonneg (by omega))]
  have b : bitAt c j = decide ((c / 2 ^ j) % 2 = 1) := by
    cases c with
    | ofNat n =>
      have : Int.ofNat n / 2 ^ j = ((n / 2 ^ j : Nat) : Int) := by simp
      rw [this, bitAt, Nat.testBit_eq_decide_div_mod_eq]
      congr 1; apply propext; omega
    | negSucc n =>
      have : Int.negSucc n / 2 ^ j = Int.negSucc (n / 2 ^ j) := by
        rw [Int.negSucc_ediv n (Int.pow_pos (by omega)), Int.negSucc_eq]; simp; rfl
      rw [this, bitAt, Nat.testBit_eq_decide_div_mod_eq]
      generalize n / 2 ^ j = m
      rcases Nat.mod_two_eq_zero_or_one m with h | h <;> simp [h] <;> omega
  rw [e, b]; exact (bit_half _).symm

theorem ofDigits_ripple (σ : Nat → Bool) (l k : Bool) (i : Nat) (ds : List Bool) :
    ofDigits (ripple bools σ l k i ds) = ofDigits ds * l.toInt + held σ i ds + k.toInt := by
  induction ds generalizing k i with
  | nil => simp [ripple, ofDigits, held]
  | cons d ds ih =>
    simp only [ripple, ofDigits, held, ih]
    cases d <;> cases l <;> cases k <;> cases σ i <;> simp [bools, carry] <;> omega

theorem held_eq (σ σ' : Nat → Bool) (l k : Bool) (i n : Nat) (ds : List Bool)
    (h : ∀ p ∈ numbered n (ripple bools σ l k i ds).tail, σ' p.1 = p.2) :
    ofDigits (ripple bools σ l k i ds).tail = held σ' n ds := by
  induction ds generalizing k i n with
  | nil => rfl
  | cons d ds ih =>
    cases ds with
    | nil => simp_all [ripple, numbered, held, ofDigits]
    | cons d' ds =>
      have := ih (carry bools (bif d then l else bools.lit false) (σ i) k) (i + 1) (n + 1)
      simp_all [ripple, numbered, held, ofDigits]

/-- What is to be written after this step, from what the operands write then and the carries that arise. -/
def after (j : Nat) (σ : Nat → Bool) (e : List Int) : Stream → Int
  | var i => e.getD i 0 / 2
  | const c => c / 2 ^ (j + 1)
  | and t u => band (after j σ e t) (after j σ e u)
  | or t u => bor (after j σ e t) (after j σ e u)
  | xor t u => bxor (after j σ e t) (after j σ e u)
  | not t => -after j σ e t - 1
  | neg i t => -after j σ e t - (low bools j σ (bitsOf e) t || σ i).toInt
  | add i t u => after j σ e t + after j σ e u + (carry bools (low bools j σ (bitsOf e) t) (low bools j σ (bitsOf e) u) (σ i)).toInt
  | sub i t u => after j σ e t - after j σ e u - (carry bools (!low bools j σ (bitsOf e) t) (low bools j σ (bitsOf e) u) (σ i)).toInt
  | scale _ i ds t => ofDigits ds * after j σ e t + ofDigits (ripple bools σ (low bools j σ (bitsOf e) t) false i ds).tail
  | trim k t => after j σ e t % 2 ^ (k - (j + 1))

theorem value_eq (j : Nat) (σ : Nat → Bool) (e : List Int) (t : Stream) :
    value j σ e t = (low bools j σ (bitsOf e) t).toInt + 2 * after j σ e t := by
  induction t with
  | var i =>
    simp only [value, low, after, bitsOf]
    generalize e.getD i 0 = x
    rcases Int.emod_two_eq x with g | g <;> simp [g] <;> omega
  | const c => exact bitAt_step c j
  | and t u iht ihu => simp only [value, low, after, iht, ihu, band_bit, bools]
  | or t u iht ihu => simp only [value, low, after, iht, ihu, bor_bit, bools]
  | xor t u iht ihu => simp only [value, low, after, iht, ihu, bxor_bit, bools]
  | not t ih => simp only [value, low, after, ih, not_bit, bools, id, Bool.xor_true]
  | neg i t ih =>
    simp only [value, low, after, ih]
    cases low bools j σ _ t <;> cases σ i <;> simp [bools] <;> omega
  | add i t u iht ihu =>
    simp only [value, low, after, iht, ihu]
    cases low bools j σ _ t <;> cases low bools j σ _ u <;> cases σ i <;> simp [bools, carry] <;> omega
  | sub i t u iht ihu =>
    simp only [value, low, after, iht, ihu]
    cases low bools j σ _ t <;> cases low bools j σ _ u <;> cases σ i <;> simp [bools, carry] <;> omega
  | scale b i ds t ih =>
    simp only [value, low, after, ih]
    have r := ofDigits_ripple σ (low bools j σ (bitsOf e) t) false i ds
    generalize low bools j σ _ t = l at r ⊢
    cases ds with
    | nil => simp [ripple, ofDigits, held, bools]
    | cons d ds =>
      simp only [ripple, ofDigits, List.headD_cons, List.tail_cons, bools, id] at r ⊢
      grind
  | trim k t ih =>
    simp only [value, low, after, ih]
    generalize low bools j σ _ t = l
    rcases Nat.lt_or_ge j k with g | g
    · have e : k - j = k - (j + 1) + 1 := by omega
      have b : Nat.blt j k = true := Nat.blt_eq.mpr g
      rw [e, b, Int.pow_succ, cond_true]
      have : (0 : Int) < 2 ^ (k - (j + 1)) := Int.pow_pos (by omega)
      generalize after j σ _ t = n, (2 : Int) ^ (k - (j + 1)) = w at this ⊢
      have q := Int.mul_ediv_add_emod n w
      have r := Int.emod_nonneg n (b := w) (by omega)
      have s := Int.emod_lt_of_pos n this
      have f : l.toInt + 2 * n = l.toInt + 2 * (n % w) + w * 2 * (n / w) := by grind
      rw [f, Int.add_mul_emod_self_left, Int.emod_eq_of_lt] <;> cases l <;> simp <;> omega
    · have b : Nat.blt j k = false := by cases c : Nat.blt j k; rfl; rw [Nat.blt_eq] at c; omega
      have e : k - j = 0 := by omega
      have e' : k - (j + 1) = 0 := by omega
      rw [b, e, e']; simp [bools, Int.emod_one]

theorem after_eq {j : Nat} {σ σ' : Nat → Bool} {e : List Int} {t : Stream}
    (h : ∀ p ∈ nexts bools j σ (bitsOf e) t, σ' p.1 = p.2) : after j σ e t = value (j + 1) σ' (e.map (· / 2)) t := by
  induction t with
  | var i =>
    simp only [after, value, List.getD, List.getElem?_map]
    cases e[i]? <;> rfl
  | scale b i ds t ih =>
    simp only [nexts, List.forall_mem_append] at h
    simp only [after, value, ih h.2, ← held_eq σ σ' _ _ i i ds h.1]; rfl
  | _ =>
    simp only [nexts, List.forall_mem_cons, List.forall_mem_append] at h
    simp_all [after, value, bools]

/-! ## Many bits in parallel -/

/-- What each operator on `α` is on the bit that `φ` takes. -/
structure Respects {α : Type} (o : Ops α) (φ : α → Bool) : Prop where
  and : ∀ a b, φ (o.and a b) = (φ a && φ b)
  or : ∀ a b, φ (o.or a b) = (φ a || φ b)
  xor : ∀ a b, φ (o.xor a b) = (φ a ^^ φ b)
  lit : ∀ b, φ (o.lit b) = b

section parallel
variable {α : Type} {o : Ops α} {φ : α → Bool} (r : Respects o φ) (j : Nat) (σ ι : Nat → α)
include r

theorem map_carry (a b c : α) : φ (carry o a b c) = carry bools (φ a) (φ b) (φ c) := by
  simp only [carry, r.and, r.or, bools]

theorem map_ripple (l k : α) (i : Nat) (ds : List Bool) :
    (ripple o σ l k i ds).map φ = ripple bools (φ ∘ σ) (φ l) (φ k) i ds := by
  induction ds generalizing k i with
  | nil => rfl
  | cons d ds ih =>
    cases d <;> simp [ripple, ih, map_carry r, r.xor, r.lit, bools]

theorem map_low (t : Stream) : φ (low o j σ ι t) = low bools j (φ ∘ σ) (φ ∘ ι) t := by
  induction t with
  | scale b i ds t ih =>
    have := map_ripple r σ (low o j σ ι t) (o.lit false) i ds
    simp only [low, ← ih]
    cases ds with
    | nil => simp [ripple, r.lit, bools]
    | cons d ds => cases d <;> simp [ripple, r.xor, r.lit, bools]
  | trim k t ih => simp only [low, ← ih]; cases Nat.blt j k <;> simp [r.lit, bools]
  | _ => simp_all [low, r.and, r.or, r.xor, r.lit, bools]

omit r in
theorem map_numbered (i : Nat) (xs : List α) :
    (numbered i xs).map (fun p => (p.1, φ p.2)) = numbered i (xs.map φ) := by
  induction xs generalizing i with
  | nil => rfl
  | cons x xs ih => simp [numbered, ih]

theorem map_nexts (t : Stream) :
    (nexts o j σ ι t).map (fun p => (p.1, φ p.2)) = nexts bools j (φ ∘ σ) (φ ∘ ι) t := by
  induction t with
  | scale b i ds t ih =>
    simp [nexts, ih, map_numbered, ← map_low r, List.map_tail, map_ripple r, r.lit]; rfl
  | _ => simp_all [nexts, map_carry r, map_low r, r.or, r.xor, r.lit, bools]

end parallel

/-- A column twice, beside itself. -/
def doubled (w x : Nat) : Nat := Nat.lor x (Nat.shiftLeft x w)

/-- A column of `w` states, for each choice of a bit of `v` variables. -/
def spread : Nat → Nat → Nat → Nat
  | 0, _, x => x
  | v + 1, w, x => spread v (2 * w) (doubled w x)

/-- The bits of `v` variables, for each choice and the states, of `w`, that `full` shows. -/
def inputs : Nat → Nat → Nat → List Nat
  | 0, _, _ => []
  | v + 1, w, full => spread v (2 * w) (Nat.shiftLeft full w) :: inputs v (2 * w) (doubled w full)

theorem exists_lane (bits : List Bool) : ∀ {w full s : Nat}, full < 2 ^ w → full.testBit s = true →
    ∃ l, (∀ x, x < 2 ^ w → (spread bits.length w x).testBit l = x.testBit s) ∧
      (inputs bits.length w full).map (·.testBit l) = bits := by
  induction bits with
  | nil => intro w full s _ _; exact ⟨s, fun _ _ => rfl, rfl⟩
  | cons b bits ih =>
    intro w full s h hs
    have e : 2 * w = w + w := by omega
    have near : s < w := Nat.lt_of_not_le fun g => by simp [Nat.testBit_lt_two_pow (Nat.lt_of_lt_of_le h (Nat.pow_le_pow_right (by omega) g))] at hs
    have low (x : Nat) (hx : x < 2 ^ w) : (doubled w x).testBit (bif b then s + w else s) = x.testBit s := by
      have far : x.testBit (s + w) = false :=
        Nat.testBit_lt_two_pow (Nat.lt_of_lt_of_le hx (Nat.pow_le_pow_right (by omega) (by omega)))
      show (x ||| x <<< w).testBit _ = _
      cases b <;> simp [Nat.testBit_or, Nat.testBit_shiftLeft, far] <;> omega
    have top (x : Nat) (hx : x < 2 ^ w) : x <<< w < 2 ^ (2 * w) := by
      rw [Nat.shiftLeft_eq, e, Nat.pow_add]; exact Nat.mul_lt_mul_of_pos_right hx (Nat.two_pow_pos w)
    have bound (x : Nat) (hx : x < 2 ^ w) : doubled w x < 2 ^ (2 * w) :=
      Nat.or_lt_two_pow (Nat.lt_of_lt_of_le hx (Nat.pow_le_pow_right (by omega) (by omega))) (top x hx)
    obtain ⟨l, hl, hi⟩ := ih (bound full h) (by rw [low full h]; exact hs)
    refine ⟨l, fun x hx => by rw [List.length_cons, spread, hl _ (bound x hx), low x hx], ?_⟩
    rw [List.length_cons, inputs, List.map_cons, hi]
    congr 1
    show (spread _ _ (full <<< w)).testBit l = b
    rw [hl _ (top full h)]
    cases b <;> simp [Nat.testBit_shiftLeft, hs] <;> omega

/-- Whether each lane of `b` shows in every second column what some state of `a` shows in the first. Both are looked at on the
way, lest they be computed all at once in the end. -/
def covers : List (Nat × Nat) → Nat → Nat → Bool
  | [], a, b => Nat.beq b 0 || !Nat.beq a 0
  | (c, n) :: r, a, b =>
    bif Nat.beq b 0 then true
    else bif Nat.beq a 0 then false
    else bif covers r (Nat.land a c) (Nat.land b n) then covers r (Nat.xor a (Nat.land a c)) (Nat.xor b (Nat.land b n))
    else false

theorem exists_of_covers (r : List (Nat × Nat)) (a b l : Nat) (h : covers r a b = true) (hl : b.testBit l = true) :
    ∃ s, a.testBit s = true ∧ ∀ p ∈ r, p.1.testBit s = p.2.testBit l := by
  have some_bit {b : Nat} (h : b.testBit l = true) : Nat.beq b 0 = false := by
    cases b with
    | zero => simp at h
    | succ b => rfl
  induction r generalizing a b with
  | nil =>
    simp only [covers, some_bit hl, Bool.false_or, Bool.not_eq_true'] at h
    have : a ≠ 0 := fun e => by simp [e] at h
    obtain ⟨s, hs⟩ := Nat.exists_testBit_of_ne_zero this
    exact ⟨s, hs, by simp⟩
  | cons p r ih =>
    obtain ⟨c, n⟩ := p
    simp only [covers, some_bit hl, cond_false, Bool.cond_false_right, Bool.cond_false_left, Bool.and_eq_true] at h
    replace h := h.2
    cases hn : n.testBit l with
    | true =>
      obtain ⟨s, hs, hr⟩ := ih _ _ h.1 (by show (b &&& n).testBit l = true; simp [hl, hn])
      replace hs : (a &&& c).testBit s = true := hs
      simp only [Nat.testBit_and, Bool.and_eq_true] at hs
      exact ⟨s, hs.1, List.forall_mem_cons.2 ⟨by rw [hs.2, hn], hr⟩⟩
    | false =>
      obtain ⟨s, hs, hr⟩ := ih _ _ h.2 (by show (b ^^^ (b &&& n)).testBit l = true; simp [hl, hn])
      replace hs : (a ^^^ (a &&& c)).testBit s = true := hs
      simp only [Nat.testBit_xor, Nat.testBit_and] at hs
      cases g : a.testBit s with
      | false => simp [g] at hs
      | true => exact ⟨s, g, List.forall_mem_cons.2 ⟨by rw [hn]; simpa [g] using hs, hr⟩⟩

/-! ## Equations -/

/-- States, numbered below `width`: which numbers are states, and the column of each bit. -/
structure Layer where
  width : Nat
  full : Nat
  columns : List Nat

/-- Whether no number is too large. -/
def Layer.fits (y : Layer) : Bool := Nat.blt (Nat.log2 y.full) y.width

theorem Layer.lt_of_fits {y : Layer} (h : y.fits = true) : y.full < 2 ^ y.width := by
  rcases Nat.eq_zero_or_pos y.full with g | g
  · rw [g]; exact Nat.two_pow_pos _
  · exact (Nat.log2_lt (by omega)).1 (Nat.blt_eq.mp h)

/-- A bit of a state of a layer. -/
def Layer.bit (y : Layer) (s : Nat) (i : Nat) : Bool := (y.columns.getD i 0).testBit s

/-- Columns as bits. -/
def columns (mask : Nat) : Ops Nat := ⟨Nat.land, Nat.lor, Nat.xor, fun b => bif b then mask else 0⟩

/-- The lanes, of some, where two sides of each equation write the same. -/
def agreeing (f : Stream → Nat) : List (Stream × Stream) → Nat → Nat
  | [], lanes => lanes
  | (t, u) :: ps, lanes => agreeing f ps (Nat.xor lanes (Nat.land lanes (Nat.xor (f t) (f u))))

/-- Whether at step `j`, from each state of a layer and on all bits that premises `ps` allow, `t` and `u` write the same, and
where that leads is in the next layer. -/
def turn (v j : Nat) (ps : List (Stream × Stream)) (t u : Stream) (y y' : Layer) : Bool :=
  let mask := spread v y.width y.full
  let o := columns mask
  let σ i := spread v y.width (Nat.land (y.columns.getD i 0) y.full)
  let bits := inputs v y.width y.full
  let ι i := bits.getD i 0
  let lanes := agreeing (low o j σ ι) ps mask
  let next := nexts o j σ ι
  y.fits && (Nat.beq (Nat.land lanes (Nat.xor (low o j σ ι t) (low o j σ ι u))) 0 &&
    covers (((next t ++ next u) ++ ps.flatMap fun p => next p.1 ++ next p.2).map fun p => (y'.columns.getD p.1 0, p.2))
      y'.full lanes)

/-- Whether nothing but the sign of a literal is left after `j` steps. -/
def settled (j : Nat) : Stream → Bool
  | var _ => true
  | const c => Nat.blt c.natAbs (2 ^ j)
  | and t u | or t u | xor t u | add _ t u | sub _ t u => settled j t && settled j u
  | not t | neg _ t | scale _ _ _ t => settled j t
  | trim k t => Nat.ble k j && settled j t

/-- Whether each layer leads to the next, and the last to itself. -/
def closed (v : Nat) (ps : List (Stream × Stream)) (t u : Stream) : Nat → List Layer → Bool
  | _, [] => false
  | j, [y] => turn v j ps t u y y && (settled j t && settled j u && ps.all fun p => settled j p.1 && settled j p.2)
  | j, y :: y' :: ys => turn v j ps t u y y' && closed v ps t u (j + 1) (y' :: ys)

/-- Whether all begin in the first state, with no bit set, and are followed through the layers. -/
def follows (v : Nat) (ps : List (Stream × Stream)) (t u : Stream) : List Layer → Bool
  | [] => false
  | y :: ys => y.full.testBit 0 && y.columns.all (fun c => !c.testBit 0) && closed v ps t u 0 (y :: ys)

theorem value_settled {j : Nat} {t : Stream} (h : settled j t = true) (σ : Nat → Bool) (e : List Int) :
    value (j + 1) σ e t = value j σ e t := by
  induction t with
  | const c =>
    have b : c.natAbs < 2 ^ j := by simpa [settled] using h
    have p : ((2 ^ j : Nat) : Int) = 2 ^ j := by simp
    have q : (2 : Int) ^ (j + 1) = 2 * 2 ^ j := by rw [Int.pow_succ, Int.mul_comm]
    simp only [value, q, ← p]
    generalize 2 ^ j = w at b
    rcases Int.lt_or_le c 0 with g | g
    · rw [Int.ediv_eq_neg_one_of_neg_of_le g (by omega), Int.ediv_eq_neg_one_of_neg_of_le g (by omega)]
    · rw [Int.ediv_eq_zero_of_lt g (by omega), Int.ediv_eq_zero_of_lt g (by omega)]
  | trim k t ih =>
    simp only [settled, Bool.and_eq_true, Nat.ble_eq] at h
    have e : k - j = 0 := by omega
    have e' : k - (j + 1) = 0 := by omega
    simp only [value, e, e', Int.pow_zero, Int.emod_one]
  | _ => simp_all [settled, value]

theorem value_zero (e : List Int) (t : Stream) : value 0 (fun _ => false) e t = eval e t := by
  have z (i : Nat) (ds : List Bool) : held (fun _ => false) i ds = 0 := by
    induction ds generalizing i with
    | nil => rfl
    | cons d ds ih => simp [held, ih]
  induction t with
  | scale b i ds t ih => cases b <;> simp [value, eval, z, ih, Int.mul_comm]
  | _ => simp_all [value, eval]

theorem testBit_agreeing (f : Stream → Nat) (ps : List (Stream × Stream)) (b l : Nat)
    (h : ∀ p ∈ ps, (f p.1).testBit l = (f p.2).testBit l) : (agreeing f ps b).testBit l = b.testBit l := by
  induction ps generalizing b with
  | nil => rfl
  | cons p ps ih =>
    rw [List.forall_mem_cons] at h
    rw [agreeing, ih _ h.2]
    show (b ^^^ (b &&& (f p.1 ^^^ f p.2))).testBit l = _
    simp [h.1]

theorem turn_sound {v j : Nat} {ps : List (Stream × Stream)} {t u : Stream} {y y' : Layer} (h : turn v j ps t u y y' = true)
    {s : Nat} (hs : y.full.testBit s = true) {e : List Int} (he : e.length = v)
    (hp : ∀ p ∈ ps, value j (y.bit s) e p.1 = value j (y.bit s) e p.2) :
    ∃ s', y'.full.testBit s' = true ∧
      (∀ p ∈ ps, value (j + 1) (y'.bit s') (e.map (· / 2)) p.1 = value (j + 1) (y'.bit s') (e.map (· / 2)) p.2) ∧
      value j (y.bit s) e t - value j (y.bit s) e u
        = 2 * (value (j + 1) (y'.bit s') (e.map (· / 2)) t - value (j + 1) (y'.bit s') (e.map (· / 2)) u) := by
  simp only [turn, Bool.and_eq_true] at h
  have full := Layer.lt_of_fits h.1
  obtain ⟨l, hx, hi⟩ := exists_lane (e.map fun x => decide (x % 2 = 1)) full hs
  rw [List.length_map, he] at hx hi
  generalize hm : spread v y.width y.full = mask at h
  generalize hσ : (fun i => spread v y.width (Nat.land (y.columns.getD i 0) y.full)) = σ at h
  generalize hι : (fun i => (inputs v y.width y.full).getD i 0) = ι at h
  have mask_bit : mask.testBit l = true := by rw [← hm, hx _ full]; simp [hs]
  have state : (·.testBit l) ∘ σ = y.bit s := by
    funext i
    have cut : Nat.land (y.columns.getD i 0) y.full < 2 ^ y.width := Nat.lt_of_le_of_lt Nat.and_le_right full
    rw [← hσ, Function.comp, hx _ cut]
    show ((y.columns.getD i 0) &&& y.full).testBit s = _
    simp [Layer.bit, hs]
  have bits : (·.testBit l) ∘ ι = bitsOf e := by
    funext i
    have g := congrArg (·.getD i false) hi
    simp only [List.getD, List.getElem?_map] at g
    rw [← hι]
    have of_nat (x : Option Nat) : (x.map (·.testBit l)).getD false = (x.getD 0).testBit l := by cases x <;> simp
    have of_int (x : Option Int) : (x.map fun a => decide (a % 2 = 1)).getD false = decide (x.getD 0 % 2 = 1) := by
      cases x <;> simp
    rw [of_nat, of_int] at g
    exact g
  have r : Respects (columns mask) (·.testBit l) := by
    refine ⟨fun a b => Nat.testBit_and a b l, fun a b => Nat.testBit_or a b l, fun a b => Nat.testBit_xor a b l, fun b => ?_⟩
    cases b <;> simp [columns, mask_bit]
  have low_eq (t : Stream) := map_low r j σ ι t
  have nexts_eq (t : Stream) := map_nexts r j σ ι t
  rw [state, bits] at low_eq nexts_eq
  have parity {t u : Stream} (g : value j (y.bit s) e t = value j (y.bit s) e u) :
      low bools j (y.bit s) (bitsOf e) t = low bools j (y.bit s) (bitsOf e) u ∧ after j (y.bit s) e t = after j (y.bit s) e u := by
    rw [value_eq, value_eq] at g
    generalize low bools j _ _ t = a, low bools j _ _ u = b at g ⊢
    cases a <;> cases b <;> simp at g ⊢ <;> omega
  obtain ⟨_, h1, h2⟩ := h
  have live := testBit_agreeing (low (columns mask) j σ ι) ps mask l (fun p m => by rw [low_eq, low_eq, (parity (hp p m)).1])
  rw [mask_bit] at live
  obtain ⟨s', hs', hr⟩ := exists_of_covers _ _ _ l h2 live
  have fits (t : Stream) (g : ∀ p ∈ nexts (columns mask) j σ ι t, (y'.columns.getD p.1 0).testBit s' = p.2.testBit l) :
      after j (y.bit s) e t = value (j + 1) (y'.bit s') (e.map (· / 2)) t := by
    apply after_eq
    rw [← nexts_eq]
    intro p m
    obtain ⟨q, hq, rfl⟩ := List.mem_map.1 m
    exact g q hq
  simp only [List.forall_mem_map, List.forall_mem_append, List.mem_flatMap] at hr
  refine ⟨s', hs', fun p m => ?_, ?_⟩
  · rw [← fits p.1 fun q hq => hr.2 q ⟨p, m, List.mem_append_left _ hq⟩, ← fits p.2 fun q hq => hr.2 q ⟨p, m, List.mem_append_right _ hq⟩,
      (parity (hp p m)).2]
  · rw [← fits t hr.1.1, ← fits u hr.1.2, value_eq, value_eq]
    have same : (low (columns mask) j σ ι t).testBit l = (low (columns mask) j σ ι u).testBit l := by
      have z := congrArg (·.testBit l) (Nat.eq_of_beq_eq_true h1)
      replace z : (agreeing _ _ _ &&& (low _ _ _ _ t ^^^ low _ _ _ _ u)).testBit l = (0 : Nat).testBit l := z
      rw [Nat.testBit_and, live, Nat.testBit_xor, Nat.zero_testBit] at z
      simpa using z
    rw [low_eq, low_eq] at same
    rw [same]; omega

theorem dvd_of_closed {v : Nat} {ps : List (Stream × Stream)} {t u : Stream} (n : Nat) : ∀ {j : Nat} {y : Layer} {ys : List Layer},
    closed v ps t u j (y :: ys) = true → ∀ {s : Nat}, y.full.testBit s = true → ∀ {e : List Int}, e.length = v →
    (∀ p ∈ ps, value j (y.bit s) e p.1 = value j (y.bit s) e p.2) →
    (2 : Int) ^ n ∣ value j (y.bit s) e t - value j (y.bit s) e u := by
  induction n with
  | zero => intros; exact Int.one_dvd _
  | succ n ih =>
    intro j y ys h s hs e he hp
    cases ys with
    | nil =>
      have h' := h
      simp only [closed, Bool.and_eq_true, List.all_eq_true] at h'
      obtain ⟨s', hs', hp', g⟩ := turn_sound h'.1 hs he hp
      rw [g, Int.pow_succ, Int.mul_comm]
      rw [value_settled h'.2.1.1, value_settled h'.2.1.2]
      refine Int.mul_dvd_mul_left 2 (ih h hs' (by simp [he]) fun p m => ?_)
      have := hp' p m
      rwa [value_settled (h'.2.2 p m).1, value_settled (h'.2.2 p m).2] at this
    | cons y' ys =>
      simp only [closed, Bool.and_eq_true] at h
      obtain ⟨s', hs', hp', g⟩ := turn_sound h.1 hs he hp
      rw [g, Int.pow_succ, Int.mul_comm]
      exact Int.mul_dvd_mul_left 2 (ih h.2 hs' (by simp [he]) hp')

/-- Equations whose two sides write the same bits in all states that they reach hold for all ints that the premises allow. -/
theorem eq_of_follows (v : Nat) (ps : List (Stream × Stream)) (t u : Stream) (ys : List Layer) (h : follows v ps t u ys = true)
    (e : List Int) (he : e.length = v) (hp : ∀ p ∈ ps, eval e p.1 = eval e p.2) : eval e t = eval e u := by
  cases ys with
  | nil => simp [follows] at h
  | cons y ys =>
    simp only [follows, Bool.and_eq_true, List.all_eq_true, Bool.not_eq_true'] at h
    have start : y.bit 0 = fun _ => false := by
      funext i
      simp only [Layer.bit, List.getD]
      cases g : y.columns[i]? with
      | none => simp
      | some c => simpa using h.1.2 c (List.mem_of_getElem? g)
    have all (n : Nat) := dvd_of_closed n h.2 h.1.1 he (by simpa only [start, value_zero] using hp)
    simp only [start, value_zero] at all
    have z : eval e t - eval e u = 0 := by
      generalize eval e t - eval e u = d at all
      have := Int.natAbs_dvd_natAbs.2 (all d.natAbs)
      rw [Int.natAbs_pow] at this
      rcases Nat.eq_zero_or_pos d.natAbs with g | g
      · omega
      · have := Nat.le_of_dvd g this
        have := Nat.lt_two_pow_self (n := d.natAbs)
        simp at *; omega
    omega

end Stream
end QED
