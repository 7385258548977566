"""What to try next, and what not to try again: archives, novelty, order and what past outcomes teach; all of it steers only."""
