"""Training of NLEDN checkpoints: hidden, never imported by the program, not in the bundle."""
