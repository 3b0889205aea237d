"""What Citewell may say: curated pages, their passages and their references."""
