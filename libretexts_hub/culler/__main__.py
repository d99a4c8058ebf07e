"""What does `python -m libretexts_hub.culler` do? Runs the culler."""

import sys

from libretexts_hub.culler.app import main

if __name__ == "__main__":
    sys.exit(main())
