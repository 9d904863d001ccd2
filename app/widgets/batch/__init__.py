"""The Batch page: the queue as a table, and the panel beside it."""
