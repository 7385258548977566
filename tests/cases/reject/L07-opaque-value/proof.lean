axiom hidden : False

opaque cheat : False := hidden

theorem accepted : Statement := cheat.elim
