"""`python -m kontext_desktop` opens the window."""

from kontext_desktop.app import main

if __name__ == "__main__":
    main()
