"""The panel beside a comparison."""
