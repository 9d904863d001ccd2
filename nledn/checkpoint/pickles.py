"""What a pickle would do, read from its opcodes and never done.

A pickle is a program for a small machine with a stack and a memory. It is run here with sizes in
the place of values, which tells what it would import, and whether a few bytes would grow into more
than any state dict is: a pair of a pair of a pair, fifty times over, is small to hold, but whoever
compares it with anything walks through all of its 2⁵⁰ members.
"""

import io
import pickletools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST = 20_000  # opcodes, and members of what they make; NLEDN's state dict takes some 4,500
DEEPEST = 32  # members within members; a state dict has some 6
IMPORTING = ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4")


class Malformed(ValueError):
    """No pickle, or one that is no state dict's."""


def imports(stream: io.BytesIO) -> Iterator[str]:
    """What the next pickle of a stream would import, as `module name`.

    Yields:
        Names in the order of the opcodes. The later opcodes take names from the stack, where they
        can be hidden; the opcode itself stands for those.

    Raises:
        Malformed: it is cut off or corrupt, or makes more than a state dict.
    """
    machine = _Machine()
    try:
        for number, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if opcode.name in IMPORTING:
                yield str(argument) if isinstance(argument, str) else opcode.name
            machine.do(opcode, argument)
            if number > LARGEST:
                raise Malformed(f"its pickle has more than {LARGEST} steps")
    except (EOFError, LookupError, struct.error, OverflowError) as error:
        raise Malformed(str(error)) from error


@dataclass(frozen=True)
class _Sized:
    """Stands for a value: how many members it has, those of its members included; how deep."""

    size: int = 1
    depth: int = 0


@dataclass
class _Machine:
    _stack: list[_Sized | None] = field(default_factory=list)  # None is a mark
    _memory: dict[int, _Sized] = field(default_factory=dict)

    def do(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        """Take one step.

        Raises:
            Malformed: the value that it makes is too large or too deep.
            LookupError: it takes what is not there.
        """
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT"):
            assert isinstance(argument, int)
            self._memory[argument] = self._top()
        elif opcode.name == "MEMOIZE":
            self._memory[len(self._memory)] = self._top()
        elif opcode.name in ("GET", "BINGET", "LONG_BINGET"):
            assert isinstance(argument, int)
            self._stack.append(self._memory[argument])
        elif opcode.name == "MARK":
            self._stack.append(None)
        else:
            members = self._taken(opcode)
            made = _Sized(
                1 + sum(member.size for member in members),
                1 + max((member.depth for member in members), default=-1),
            )
            if made.size > LARGEST or made.depth > DEEPEST:
                raise Malformed("its pickle makes more than a state dict")
            self._stack.extend([made] * len(opcode.stack_after))

    def _top(self) -> _Sized:
        top = self._stack[-1]
        if top is None:
            raise Malformed("its pickle keeps a mark")
        return top

    def _taken(self, opcode: pickletools.OpcodeInfo) -> list[_Sized]:
        """What a step takes from the stack, as its description says."""
        before = list(opcode.stack_before)
        members: list[_Sized] = []
        if pickletools.markobject in before:
            while (member := self._stack.pop()) is not None:
                members.append(member)
            before = before[: before.index(pickletools.markobject)]
        for _ in before:
            member = self._stack.pop()
            if member is not None:  # POP takes a mark too
                members.append(member)
        return members
