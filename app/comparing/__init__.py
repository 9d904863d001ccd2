"""The Compare page: what is compared, blind votes, words, and how it is wired to the window."""
