"""The Photo page."""
