"""What Citewell answers: a question passes the screen, the search, the composer and the verification."""
