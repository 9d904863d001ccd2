"""Widgets that show pictures: they take values, emit signals, and know no document."""
