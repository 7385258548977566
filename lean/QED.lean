module

public import QED.Semantics
public import QED.Wp
public import QED.Denote
public import QED.Arith
