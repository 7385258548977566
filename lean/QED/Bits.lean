module

public import QED.Arith

@[expose] public noncomputable section

/-!
# Bits

Python's ints are infinite two's complement: bit `i` of `a` is `a / 2 ^ i % 2`, for negative `a` as well. `&`, `|` and `^` are
defined here from Lean's operations on `Nat`, by the signs of their operands, where `-[m+1]` has the bits that `m` has not: so
`m & -[n+1]` is `m` without what it has in common with `n`.
-/

namespace QED

/-- `a & b`. -/
@[irreducible] def band : Int → Int → Int
  | .ofNat m, .ofNat n => .ofNat (m &&& n)
  | .ofNat m, .negSucc n => .ofNat (m - (m &&& n))
  | .negSucc m, .ofNat n => .ofNat (n - (m &&& n))
  | .negSucc m, .negSucc n => .negSucc (m ||| n)

/-- `a | b`, which has the bits that not both lack. -/
@[irreducible] def bor (a b : Int) : Int := -(band (-a - 1) (-b - 1)) - 1

/-- `a ^ b`: what either has and not both. -/
@[irreducible] def bxor (a b : Int) : Int := bor a b - band a b

/-- `a & (2^k - 1)` keeps the last `k` bits. -/
theorem band_mask (a : Int) (k : Nat) : band a (2 ^ k - 1) = a % 2 ^ k := by
  have h := Nat.one_le_two_pow (n := k)
  have e : (2 ^ k - 1 : Int) = .ofNat (2 ^ k - 1) := by
    rw [Int.ofNat_eq_natCast, Int.natCast_sub h]; simp
  rw [e]
  cases a with
  | ofNat m => rw [band, Nat.and_two_pow_sub_one_eq_mod]; simp
  | negSucc m =>
    rw [band, Nat.and_two_pow_sub_one_eq_mod]
    have p : ((2 ^ k : Nat) : Int) = 2 ^ k := by simp
    rw [← p]
    generalize (2 ^ k : Nat) = n at h ⊢
    have r := Nat.mod_lt m h
    have q := Nat.div_add_mod m n
    have s : Int.negSucc m = ((n - 1 - m % n : Nat) : Int) + (n : Int) * (-((m / n : Nat) : Int) - 1) := by
      have : (m : Int) = (n : Int) * ((m / n : Nat) : Int) + ((m % n : Nat) : Int) := by exact_mod_cast q.symm
      grind
    rw [s, Int.add_mul_emod_self_left, Int.emod_eq_of_lt (by omega) (by omega)]; rfl

theorem band_natCast (m n : Nat) : band m n = ((m &&& n : Nat) : Int) := by
  show band (.ofNat m) (.ofNat n) = _; rw [band]; rfl

theorem band_natCast_negSucc (m n : Nat) : band m (.negSucc n) = ((m - (m &&& n) : Nat) : Int) := by
  show band (.ofNat m) _ = _; rw [band]; rfl

theorem band_negSucc_natCast (m n : Nat) : band (.negSucc m) n = ((n - (m &&& n) : Nat) : Int) := by
  show band _ (.ofNat n) = _; rw [band]; rfl

theorem band_negSucc (m n : Nat) : band (.negSucc m) (.negSucc n) = .negSucc (m ||| n) := by rw [band]

theorem band_comm (a b : Int) : band a b = band b a := by
  cases a <;> cases b <;>
    simp [band_natCast, band_natCast_negSucc, band_negSucc_natCast, band_negSucc, Nat.and_comm, Nat.or_comm]

theorem bor_comm (a b : Int) : bor a b = bor b a := by rw [bor, bor, band_comm]

theorem bxor_comm (a b : Int) : bxor a b = bxor b a := by rw [bxor, bxor, bor_comm, band_comm]

@[simp, grind =] theorem band_self (a : Int) : band a a = a := by
  cases a <;> simp [band_natCast, band_negSucc]

@[simp, grind =] theorem band_zero (a : Int) : band a 0 = 0 := by
  cases a with
  | ofNat m => simpa using band_natCast m 0
  | negSucc m => simpa using band_negSucc_natCast m 0

@[simp, grind =] theorem zero_band (a : Int) : band 0 a = 0 := by rw [band_comm, band_zero]

theorem band_nonneg {a b : Int} (h : 0 ≤ a) : 0 ≤ band a b := by
  cases a with
  | ofNat m => cases b <;> simp [band_natCast, band_natCast_negSucc] <;> omega
  | negSucc m => omega

theorem band_le {a b : Int} (h : 0 ≤ a) : band a b ≤ a := by
  cases a with
  | ofNat m =>
    cases b with
    | ofNat n => have := Nat.and_le_left (n := m) (m := n); simp only [Int.ofNat_eq_natCast, band_natCast]; omega
    | negSucc n => simp only [Int.ofNat_eq_natCast, band_natCast_negSucc]; omega
  | negSucc m => omega

theorem band_le_right {a b : Int} (h : 0 ≤ b) : band a b ≤ b := by rw [band_comm]; exact band_le h

theorem band_nonneg_right {a b : Int} (h : 0 ≤ b) : 0 ≤ band a b := by rw [band_comm]; exact band_nonneg h

grind_pattern band_le_right => band a b
grind_pattern band_nonneg_right => band a b
grind_pattern band_nonneg => band a b
grind_pattern band_le => band a b

end QED
