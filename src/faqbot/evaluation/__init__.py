"""Evaluation: retrieval figures, calibration, selective answering, and the safety rules on labelled files."""
