"""NLEDN inference engine."""
