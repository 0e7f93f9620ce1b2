"""A question goes in, ranked hits come out."""
