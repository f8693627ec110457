"""Reads pictures from standard input and writes their lines to standard output.

Runs with `python -I` and imports nothing of ours. A question: four bytes of length, one byte of
quarter turns, a JPEG. An answer: four bytes of length, a JSON list of text, score and box.
"""

import json
import os
import resource
import sys
from io import BytesIO
from typing import Any, BinaryIO, Final

MEMORY_BYTES_MAX: Final = 6 * 1024 * 1024 * 1024  # addresses, most of them never touched
CPU_SECONDS_MAX: Final = 240
SIDE_MAX: Final = 1_280
THREADS: Final = 2
HEADER: Final = 5


def main() -> None:
    """Answer until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    # What the libraries print must not end up between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import numpy as np  # noqa: PLC0415 - within the limits
    from PIL import Image  # noqa: PLC0415
    from rapidocr import RapidOCR  # noqa: PLC0415

    engine: Any = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "Global.max_side_len": SIDE_MAX,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    while (header := sys.stdin.buffer.read(HEADER)) and len(header) == HEADER:
        body = sys.stdin.buffer.read(int.from_bytes(header[:4]))
        with Image.open(BytesIO(body), formats=("JPEG",)) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((SIDE_MAX, SIDE_MAX))
        if header[4]:
            picture = picture.rotate(90 * header[4], expand=True)
        found = engine(np.asarray(picture)[:, :, ::-1])  # blue first, as its models want it
        boxes = () if found.boxes is None else found.boxes
        lines = [
            {
                "text": text,
                "score": round(100 * float(score)),
                "box": [[int(x), int(y)] for x, y in box],
            }
            for box, text, score in zip(boxes, found.txts or (), found.scores or (), strict=True)
        ]
        _send(answers, json.dumps(lines, ensure_ascii=False).encode())


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(len(answer).to_bytes(4) + answer)
    answers.flush()


if __name__ == "__main__":
    main()
