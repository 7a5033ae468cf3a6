"""Widgets only: they show the workbench and call the workbench, and know nothing behind it."""
