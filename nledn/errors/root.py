"""What all errors have in common."""


class DerainError(Exception):
    """The root. Fields are the keyword arguments given, in order, also shown by `str`."""

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (decoding, clusters): rebuild from the fields.
        return (_rebuilt, (type(self), vars(self)))


def _rebuilt(kind: type[DerainError], fields: dict[str, object]) -> DerainError:
    error = kind.__new__(kind)
    error.__dict__.update(fields)
    return error
