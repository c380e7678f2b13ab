"""python -m helpers"""

from helpers.runner.cli import main

if __name__ == "__main__":
    main()
