"""`python -m kontext_desktop.cli` is `kontext`."""

from kontext_desktop.cli import main

if __name__ == "__main__":
    main()
