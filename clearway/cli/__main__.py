"""`python -m clearway.cli` is the command `clearway`."""

from clearway.cli import main

if __name__ == "__main__":
    main()
