"""Pixels for the screen: NumPy and QImage, no widgets."""
