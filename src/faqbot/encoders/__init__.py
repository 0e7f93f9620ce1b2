"""Texts go in, pooled vectors and token vectors come out."""
