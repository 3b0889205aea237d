"""How good it is: question sets, scorers, and what they measure."""
