module

public import QED.Semantics
public import QED.Wp
public import QED.Denote
public import QED.Arith
public import QED.Lists
public import QED.Bits
public import QED.BitStreams
