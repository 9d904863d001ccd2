"""The decoder process: photos asked for by lines on its input, answered on its output.

It ends with its input, and so with its owner, however that died. A decoder in an endless loop then
ends by its limit of processor time.
"""

import json
import math
import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

import numpy as np

from nledn import malloc
from nledn.decoder import limits, protocol, sandbox
from nledn.errors import PhotoError, PhotoTakesMemory
from nledn.photo.model import Facts
from nledn.photo.reading import Header, decode
from nledn.photo.source import Form

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2

Answer = Callable[..., None]


def serve() -> NoReturn:
    """Answer until the input ends."""
    limits.hold_for_good()
    sandbox.close_in()  # before other threads start, which would stay unrestricted
    # The output is reserved for answers: prints of libraries go to standard error.
    answers = open(os.dup(_OUTPUT), "wb")  # noqa: PTH123, SIM115  # a descriptor
    os.dup2(_ERRORS, _OUTPUT)

    def answer(message: dict[str, Any], pixels: Any = b"") -> None:
        answers.write(protocol.line_of(message))
        answers.write(pixels)
        answers.flush()

    questions: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    answer({"ready": True})
    while True:
        question = questions.get()
        if os.fstat(_ERRORS).st_size:  # prints about earlier photos; see `Process._last_words`
            os.ftruncate(_ERRORS, 0)
            os.lseek(_ERRORS, 0, os.SEEK_SET)
        _answer(question, answer)
        malloc.give_back()


def _listen(questions: "SimpleQueue[dict[str, Any]]") -> None:
    with open(_INPUT, "rb", closefd=False) as lines:  # a descriptor
        for line in lines:
            questions.put(json.loads(line))
    os._exit(0)  # the owner is gone, and the photo is no longer needed


def _answer(question: dict[str, Any], answer: Answer) -> None:
    path = Path(question.get("header") or question["read"])
    limits.hold(limits.HEADER_CPU_S, limits.header_bytes(path))
    end: dict[str, Any] = {}
    try:
        end["done"] = _decoded(path, question, answer)
    except PhotoError as error:
        end = {"error": error.to_dict()}
    except MemoryError:
        end = {"error": PhotoTakesMemory(Path()).to_dict()}
    if limits.is_old():
        answer({"retires": True})
    answer(end)


def _decoded(path: Path, question: dict[str, Any], answer: Answer) -> dict[str, Any] | None:
    """Decode a photo and send its pieces; return its facts, or None after the header alone."""
    limit = question.get("limit_megapixels", math.inf)
    for piece in decode(path, limit_megapixels=limit, damaged=bool(question.get("damaged"))):
        match piece:
            case Header():
                answer({"header": asdict(piece)})
                if "header" in question:
                    break
                cpu_s = limits.cpu_s(piece.format, piece.megapixels)
                limits.hold(cpu_s, limits.memory_bytes(piece.megapixels))
            case Form():
                form = piece
                answer({"form": asdict(form)})
            case Facts():
                return protocol.facts_sent(piece)
            case strip:
                rows = np.ascontiguousarray(strip, form.depth)
                answer({"strip": [rows.nbytes, rows.shape[2]]}, rows)
    return None


if __name__ == "__main__":
    serve()
