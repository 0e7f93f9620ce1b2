"""What the exit codes of every command mean."""

DONE, FAILED, MISUSED, NO_ANSWER = 0, 1, 2, 3
