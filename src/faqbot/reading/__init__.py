"""Finds the structure of files: a path goes in, a Document comes out."""
