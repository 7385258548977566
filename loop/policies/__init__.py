"""Learned settings of the loop: how they are read, tried against what is there, and admitted or refused by what was measured."""
