"""The decoder process: photos asked for by lines on its input, answered on its output.

It ends with its input, and so with its owner, however that died. A decoder in an endless loop then
ends by its limit of processor time.
"""

import json
import mmap
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

import numpy as np

from nledn import malloc
from nledn.decoder import limits, protocol, sandbox, shared_memory
from nledn.errors import PhotoError, PhotoTakesMemory
from nledn.photo.reading import Header, decode, read_header
from nledn.photo.source import Form, colours_in

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2

Answer = Callable[[dict[str, Any]], None]


def serve(word: str) -> NoReturn:
    """Answer until the input ends.

    Args:
        word: the name of the shared memory.
    """
    limits.hold_for_good()
    sandbox.close_in()  # before other threads start, which would stay unrestricted
    # The output is reserved for answers: prints of libraries go to standard error.
    answers = open(os.dup(_OUTPUT), "wb", buffering=0)  # noqa: PTH123, SIM115  # a descriptor
    os.dup2(_ERRORS, _OUTPUT)

    def answer(message: dict[str, Any]) -> None:
        answers.write(protocol.line_of(message))

    memory = shared_memory.found(word)
    questions: SimpleQueue[dict[str, Any]] = SimpleQueue()
    emptied: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions, emptied), daemon=True).start()
    # A single one: emptied slots may be reported during the next photo.
    canvas = _Slots(memory, emptied, answer)
    answer({"ready": True})
    while True:
        question = questions.get()
        _forget_words()
        _answer(question, answer, canvas)
        malloc.give_back()


def _listen(questions: "SimpleQueue[dict[str, Any]]", emptied: "SimpleQueue[int]") -> None:
    with open(_INPUT, "rb", closefd=False) as lines:  # a descriptor
        for line in lines:
            message = json.loads(line)
            if "emptied" in message:
                emptied.put(message["emptied"])
            else:
                questions.put(message)
    os._exit(0)  # the owner is gone, and the photo is no longer needed


def _forget_words() -> None:
    """Drop the prints of libraries about earlier photos; see `Process._last_words`."""
    if os.fstat(_ERRORS).st_size:
        os.ftruncate(_ERRORS, 0)
        os.lseek(_ERRORS, 0, os.SEEK_SET)


def _answer(question: dict[str, Any], answer: Answer, canvas: "_Slots") -> None:
    def on_header(header: Header) -> None:
        answer({"header": asdict(header)})
        megapixels = header.megapixels
        limits.hold(limits.cpu_s(header.format, megapixels), limits.memory_bytes(megapixels))

    path = Path(question.get("header") or question["read"])
    limits.hold(limits.HEADER_CPU_S, limits.header_bytes(path))
    end: dict[str, Any] = {"done": None}
    try:
        if "header" in question:
            answer({"header": asdict(read_header(path))})
        else:
            facts = decode(
                path,
                canvas,
                limit_megapixels=question["limit_megapixels"],
                damaged=bool(question["damaged"]),
                on_header=on_header,
            )
            end = {"done": protocol.facts_sent(facts)}
    except PhotoError as error:
        end = {"error": error.to_dict()}
    except MemoryError:
        end = {"error": PhotoTakesMemory(Path()).to_dict()}
    if limits.is_old():
        answer({"retires": True})
    answer(end)


class _Slots:
    """A canvas that hands pixels on, slot by slot."""

    def __init__(self, memory: mmap.mmap, emptied: "SimpleQueue[int]", answer: Answer) -> None:
        self._memory = memory
        self._emptied = emptied
        self._answer = answer
        for slot in range(shared_memory.SLOTS):
            emptied.put(slot)

    def begin(self, form: Form) -> None:
        """Announce the pixels."""
        self._form = form
        self._answer({"form": asdict(form)})

    def put(self, strip: Any) -> None:
        """Hand a strip on, in as many parts as it takes."""
        pixels = strip.reshape(-1, strip.shape[2])
        step = shared_memory.capacity_px(self._form.depth)
        for start in range(0, len(pixels), step):
            self._put_part(pixels[start : start + step])

    def _put_part(self, pixels: Any) -> None:
        slot, count = self._emptied.get(), len(pixels)
        colours, alpha = shared_memory.planes(self._memory, slot, self._form.depth, count)
        bands = colours_in(pixels.shape[1])
        np.copyto(colours, pixels[:, :bands])
        if self._form.has_alpha:
            np.copyto(alpha, pixels[:, bands])
        self._answer({"filled": [slot, count]})


if __name__ == "__main__":
    serve(sys.argv[1])
