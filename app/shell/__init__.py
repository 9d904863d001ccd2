"""The parts of the window that all pages share: bars, messages, settings, models."""
