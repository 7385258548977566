theorem accepted : True := trivial
