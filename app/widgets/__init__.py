"""Small parts of the window: they take values and emit signals, and know no session."""
