"""The photo on the screen: what is shown, where one looks, and the widget that shows it."""
