"""Many photos in the window: the batch, what the page asks of it, and what watches folders."""
