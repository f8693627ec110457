"""Text recognition in pictures, by a process of its own; an optional part of the installation.

    if ocr.installed():
        async with ocr.TextReader() as reader:
            lines = await reader.lines(picture)

The models come inside the wheel of `rapidocr` (extra `ocr`), nothing is fetched. A reading takes
seconds and hundreds of megabytes, so it happens in a child that ends with the block.
"""

from tongbao.infra.ocr.reading import ReadingFailed, TextLine, TextReader, installed

__all__ = ["ReadingFailed", "TextLine", "TextReader", "installed"]
