"""The safety layer: what a message asks for, decided before anything is searched or answered."""
