"""The comparison as one picture, as in papers: names, figures, the whole, zoomed crops."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from nledn.atomic import replacing
from nledn.compare.comparison import Board, Pane, best_of, words_of
from nledn.compare.figures import psnr_word
from nledn.compare.pictures import fitted, font_for, height_for, in_srgb, scaled, wrapped, write
from nledn.pixels import Bytes

SOFTWARE = "AfterRain comparison"
MARK = f"tEXtSoftware\0{SOFTWARE}".encode()
"""The mark near the start of a sheet, by which a later run may replace it."""
MARGIN = 40
GAP = 24
CROP_GAP = 8
PANE_WIDTHS = {1: 1200, 2: 900, 3: 720}  # by the number of columns
NARROW = 560  # of four columns
NARROWEST = 360  # labels need that
TALLEST = 820
TITLE, SMALL, HEAD = 22, 16, 28
LINE, TITLE_LINE = 24, 30
CHIP = 130  # room for the chip beside a title
CROP_CAPTION = 26
INK, MUTED, GROUND, EMPTY, BEST = "#1c2128", "#5b6470", "#ffffff", "#eceff2", "#0b7a3b"
FRAMES = ("#e5322d", "#1f6feb", "#d29922", "#8250df", "#1a7f37", "#bf3989")


@dataclass(frozen=True)
class _Layout:
    """Sizes that all panes share, px."""

    columns: int
    pane_width: int
    image_width: int
    image_height: int
    header: int
    crop_width: int
    crop_height: int
    crops: int

    @property
    def cell_height(self) -> int:
        crops = self.crop_height + CROP_GAP + CROP_CAPTION if self.crops else 0
        return self.header + self.image_height + crops


def write_sheet(
    board: Board, path: Path, sources: Sequence[Path] = (), *, overwrite: bool = False
) -> None:
    """Write the sheet as PNG; earlier ones are replaced, others by `overwrite`, sources never.

    Raises:
        WriteError: it cannot be written.
    """
    sheet = draw_sheet(board)
    told = PngInfo()
    told.add_text("Software", SOFTWARE)
    with replacing(path, overwrite=overwrite, sources=sources, mark=MARK) as file:
        sheet.save(file, "PNG", pnginfo=told, optimize=False, compress_level=6)


def draw_sheet(board: Board) -> Image.Image:
    """Every pane with its name and figures, and below it the crops."""
    layout = _layout(board)
    rows = -(-len(board.panes) // layout.columns)
    width = 2 * MARGIN + layout.columns * layout.pane_width + (layout.columns - 1) * GAP
    top = MARGIN + HEAD + LINE + GAP
    height = top + rows * layout.cell_height + (rows - 1) * 2 * GAP + MARGIN
    sheet = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(sheet)
    _draw_head(draw, board, width)
    best = best_of(board)
    for place, pane in enumerate(board.panes):
        row, column = divmod(place, layout.columns)
        at = (
            MARGIN + column * (layout.pane_width + GAP),
            top + row * (layout.cell_height + 2 * GAP),
        )
        _draw_pane(sheet, board, pane, layout, at)
        if pane is best:
            _draw_chip(draw, "best PSNR-Y", at[0] + layout.pane_width, at[1] + TITLE)
    return sheet


def _layout(board: Board) -> _Layout:
    count = len(board.panes)
    columns = count if count <= 4 else 3 if count <= 6 else 4
    width, height = board.size
    pane_width = PANE_WIDTHS.get(columns, NARROW)
    scale = min(pane_width / width, TALLEST / height, max(1.0, NARROWEST / width))
    image_width, image_height = max(1, round(width * scale)), max(1, round(height * scale))
    pane_width = max(image_width, NARROWEST)
    lines = max(len(_figure_lines(pane, pane_width)) for pane in board.panes)
    titles = max(len(_title_lines(pane, pane_width)) for pane in board.panes)
    crops = len(board.crops)
    crop_width = (image_width - (crops - 1) * CROP_GAP) // crops if crops else 0
    tallest = max((height_for(crop_width, crop) for crop in board.crops), default=0)
    return _Layout(
        columns=columns,
        pane_width=pane_width,
        image_width=image_width,
        image_height=image_height,
        header=titles * TITLE_LINE + 4 + lines * LINE + 6,
        crop_width=crop_width,
        crop_height=min(tallest, image_height),
        crops=crops,
    )


def _draw_head(draw: ImageDraw.ImageDraw, board: Board, width: int) -> None:
    room = width - 2 * MARGIN
    head = font_for(board.name, HEAD, bold=True)
    write(draw, (MARGIN, MARGIN + HEAD - 4), fitted(board.name, head, room), head, INK)
    shown = board.size
    facts = [f"{shown[0]} × {shown[1]} px"]
    if board.region is not None:
        facts.append(f"a part, from {board.region.left}, {board.region.top} on")
    if board.truth is not None:
        luma = {"pillow": "Pillow", "matlab": "MATLAB"}[board.y]
        facts.append(f"PSNR and SSIM of Y ({luma}'s) as saved, in 8 bits")
    if board.crops_found:
        facts.append("the crop lies where the results differ most")
    small = font_for("", SMALL)
    text = fitted(" · ".join(facts), small, room)
    write(draw, (MARGIN, MARGIN + HEAD + LINE), text, small, MUTED)


def _draw_pane(
    sheet: Image.Image, board: Board, pane: Pane, layout: _Layout, at: tuple[int, int]
) -> None:
    draw = ImageDraw.Draw(sheet)
    left, top = at
    title = font_for(pane.title, TITLE, bold=True)
    for place, line in enumerate(_title_lines(pane, layout.pane_width)):
        write(draw, (left, top + TITLE - 2 + TITLE_LINE * place), line, title, INK)
    below = top + TITLE_LINE * len(_title_lines(pane, layout.pane_width)) + 4
    image_top = top + layout.header
    if pane.pixels is None:
        _draw_failure(draw, pane, layout, (left, image_top))
        return
    small = font_for("", SMALL)
    for place, line in enumerate(_figure_lines(pane, layout.pane_width)):
        write(draw, (left, below + LINE * place + SMALL), line, small, MUTED)
    pixels = in_srgb(board.photo, pane.pixels)
    whole = scaled(pixels, layout.image_width, layout.image_height)
    framed, scale = ImageDraw.Draw(whole), layout.image_width / board.size[0]
    for crop, colour in zip(board.crops, _colours(board), strict=True):
        box = [value * scale for value in (crop.left, crop.top, crop.right, crop.bottom)]
        framed.rectangle([box[0] - 1, box[1] - 1, box[2], box[3]], outline=colour, width=3)
    sheet.paste(whole, (left, image_top))
    _draw_crops(sheet, board, pane, pixels, layout, (left, image_top + layout.image_height))


def _draw_crops(
    sheet: Image.Image,
    board: Board,
    pane: Pane,
    pixels: Bytes,
    layout: _Layout,
    at: tuple[int, int],
) -> None:
    draw = ImageDraw.Draw(sheet)
    small = font_for("", SMALL)
    for place, (crop, colour) in enumerate(zip(board.crops, _colours(board), strict=True)):
        left = at[0] + place * (layout.crop_width + CROP_GAP)
        scale = min(layout.crop_width / crop.width, layout.crop_height / crop.height)
        width, height = max(1, int(crop.width * scale)), max(1, int(crop.height * scale))
        zoomed = scaled(pixels[crop.slices], width, height)
        ImageDraw.Draw(zoomed).rectangle((0, 0, width - 1, height - 1), outline=colour, width=3)
        sheet.paste(zoomed, (left, at[1] + CROP_GAP))
        below = at[1] + CROP_GAP + layout.crop_height + SMALL + 4
        text = fitted(_crop_words(pane, place + 1), small, layout.crop_width)
        write(draw, (left, below), text, small, MUTED)


def _draw_failure(
    draw: ImageDraw.ImageDraw, pane: Pane, layout: _Layout, at: tuple[int, int]
) -> None:
    left, top = at
    draw.rectangle((left, top, left + layout.image_width, top + layout.image_height), fill=EMPTY)
    font = font_for("", SMALL)
    lines = wrapped(" ".join(words_of(pane)), font, layout.image_width - 2 * GAP)
    for place, line in enumerate(lines[: max(1, layout.image_height // LINE - 1)]):
        write(draw, (left + GAP, top + GAP + LINE * place + SMALL), line, font, INK)


def _draw_chip(draw: ImageDraw.ImageDraw, text: str, right: float, base: float) -> None:
    font = font_for(text, 14, bold=True)
    width = font.getlength(text) + 16
    draw.rounded_rectangle((right - width, base - 20, right, base + 4), 12, fill=BEST)
    write(draw, (right - width + 8, base - 3), text, font, GROUND)


def _title_lines(pane: Pane, width: int) -> list[str]:
    """The whole title: often only its end distinguishes two checkpoints."""
    return wrapped(pane.title, font_for(pane.title, TITLE, bold=True), width - CHIP)


def _figure_lines(pane: Pane, width: int) -> list[str]:
    small = font_for("", SMALL)
    if pane.pixels is None:
        return []
    return [line for words in words_of(pane) for line in wrapped(words, small, width)]


def _crop_words(pane: Pane, place: int) -> str:
    found = pane.figures[place] if len(pane.figures) > place else None
    if found is not None and found.accuracy is not None:
        return psnr_word(found.accuracy.psnr_y)
    if found is not None and found.removal is not None:
        return f"{found.removal.taken:.1f} levels"
    return ""


def _colours(board: Board) -> list[str]:
    return [FRAMES[place % len(FRAMES)] for place in range(len(board.crops))]
