"""Training of what ships: the embedding model's last layers, the heads on top, and the weights that are fitted after them."""
