"""The saved index: passages and vectors go in, candidates for a query come out."""
