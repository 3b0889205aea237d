"""The fixed replies: data with their own version and review status."""
