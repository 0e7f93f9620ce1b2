"""Builds the index: the same as `faqbot build`, for those who look for a script. Defaults: corpus/ -> index/."""

import sys

from faqbot.cli import main

if __name__ == "__main__":
    sys.exit(main(["build", *sys.argv[1:]]))
