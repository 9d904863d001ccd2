"""A pickle read as a description of itself: what it would call is noted, and nothing is called.

Only the opcodes that PyTorch writes for a state dict are known. There is no name that is looked
up, no class and no function: what comes out is made of numbers, texts, tuples, lists, dicts and
the three kinds of note below.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

LITERALS = frozenset(
    {"BINFLOAT", "BININT", "BININT1", "BININT2", "BINSTRING", "BINUNICODE", "LONG1"}
    | {"SHORT_BINSTRING", "SHORT_BINUNICODE"}
)
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
DICTS = ("collections OrderedDict",)


@dataclass(frozen=True)
class Named:
    """Something that would be imported, as `module name`."""

    name: str


@dataclass(frozen=True)
class Called:
    """A call that would be made."""

    function: str
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class Outside:
    """Something that lies beside the pickle, by what the pickle calls it."""

    identity: object


def describe(stream: BinaryIO) -> object:
    """The next pickle of a stream.

    Raises:
        ValueError: it is cut off, or has an opcode that no state dict has.
        LookupError: it takes from its stack or its memory what is not there.
        TypeError: it puts things together that do not fit.
    """
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name == "STOP":
            return machine.stack.pop()
        machine.step(opcode.name, argument)
    raise ValueError("it has no end")


class _Machine:
    """The stack and the memory of a pickle."""

    def __init__(self) -> None:
        self.stack: list[object] = []
        self.below: list[list[object]] = []  # what lies under each mark
        self.memory: dict[object, object] = {}
        self._steps: dict[str, Callable[[], None]] = {
            "MARK": self._mark,
            "TUPLE": lambda: self._push(tuple(self._since_mark())),
            "EMPTY_LIST": lambda: self._push([]),
            "EMPTY_DICT": lambda: self._push({}),
            "APPEND": lambda: self._append([self.stack.pop()]),
            "APPENDS": lambda: self._append(self._since_mark()),
            "SETITEM": lambda: self._set(self._taken(2)),
            "SETITEMS": lambda: self._set(self._since_mark()),
            "REDUCE": self._call,
            "BUILD": self._drop,  # attributes of a dict or a parameter: none of weights
            "BINPERSID": lambda: self._push(Outside(self.stack.pop())),
        }

    def step(self, opcode: str, argument: object) -> None:
        """Do what an opcode says."""
        if opcode in LITERALS:
            self._push(argument)
        elif opcode in CONSTANTS:
            self._push(CONSTANTS[opcode])
        elif opcode in TUPLES:
            self._push(tuple(self._taken(TUPLES[opcode])))
        elif opcode in ("BINPUT", "LONG_BINPUT"):
            self.memory[argument] = self.stack[-1]
        elif opcode in ("BINGET", "LONG_BINGET"):
            self._push(self.memory[argument])
        elif opcode == "GLOBAL":
            self._push(Named(str(argument)))
        elif opcode in self._steps:
            self._steps[opcode]()
        elif opcode != "PROTO":
            raise ValueError(f"it has the opcode {opcode}")

    def _push(self, value: object) -> None:
        self.stack.append(value)

    def _drop(self) -> None:
        self.stack.pop()

    def _taken(self, count: int) -> list[object]:
        if len(self.stack) < count:
            raise IndexError("its stack is empty")
        taken = self.stack[-count:]
        del self.stack[-count:]
        return taken

    def _mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def _since_mark(self) -> list[object]:
        found, self.stack = self.stack, self.below.pop()
        return found

    def _append(self, values: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise TypeError("it appends to what is no list")
        target.extend(values)

    def _set(self, pairs: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise TypeError("it sets an item of what is no dict")
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(name, str | int):
                raise TypeError("it has a key that is no name")
            target[name] = value

    def _call(self) -> None:
        function, arguments = self._taken(2)
        if not isinstance(function, Named) or not isinstance(arguments, tuple):
            raise TypeError("it calls what is no function")
        is_dict = function.name in DICTS and not arguments
        self._push({} if is_dict else Called(function.name, arguments))
