"""AfterRain's window: the only code that imports Qt."""
