"""ICC profiles made by hand (ICC.1:2010), so that no test depends on those of a machine."""

import struct

# Red, green and blue as XYZ, adapted to the D50 of profiles.
_D50_XYZ = (0.9642, 1.0, 0.8249)
_DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
_SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
_ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(_D50_XYZ), **tags}
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", start + len(body), b"test", 0x02400000, kind, space, connection
    )
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(map(_fixed, _D50_XYZ))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gamma_curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def parametric_curve(gamma: float) -> bytes:
    return b"para\0\0\0\0\0\0\0\0" + _fixed(gamma)


def table_curve(gamma: float, count: int) -> bytes:
    values = [round(65535 * (index / (count - 1)) ** gamma) for index in range(count)]
    return b"curv\0\0\0\0" + struct.pack(f">I{count}H", count, *values)


IDENTITY_CURVE = b"curv\0\0\0\0\0\0\0\0"


def rgb_profile(curve: bytes, primaries: tuple[tuple[float, float, float], ...] = _SRGB) -> bytes:
    tags = {}
    for letter, values in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags[letter + b"XYZ"] = _xyz(values)
        tags[letter + b"TRC"] = curve
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def display_p3() -> bytes:
    return rgb_profile(gamma_curve(2.2), _DISPLAY_P3)


def adobe_rgb() -> bytes:
    return rgb_profile(gamma_curve(2.2), _ADOBE_RGB)


def grey_profile(gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": gamma_curve(gamma)})


def cmyk_profile() -> bytes:
    """Any single ink is a neutral L* 50, two make black: no other profile gives the same."""
    nodes = b"".join(
        bytes(({0: 255, 1: 128}.get(corner.bit_count(), 0), 128, 128)) for corner in range(16)
    )
    ramp = bytes(range(256))
    identity = b"".join(_fixed(float(at % 4 == 0)) for at in range(9))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + nodes + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})
