"""Encoders: texts to pooled vectors and token vectors."""
