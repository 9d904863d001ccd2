"""Training of NLEDN checkpoints: hidden, never imported by what users run, not in the bundle."""
