"""Retrieval: rank passages for a question, highlight the answer, calibrate confidence."""
