"""What is personal in a text, and takes it out before anything is written."""
