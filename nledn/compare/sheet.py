"""The comparison as one picture, as in papers: names, figures, the whole, zoomed crops."""

from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from nledn.compare.comparison import Board, Pane, best_of, words_of
from nledn.compare.figures import psnr_word
from nledn.compare.pictures import fitted, font_for, in_srgb, scaled, wrapped, write
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


def save_sheet(board: Board, file: BinaryIO) -> None:
    """Write the sheet as PNG."""
    told = PngInfo()
    told.add_text("Software", SOFTWARE)
    draw_sheet(board).save(file, "PNG", pnginfo=told, optimize=False, compress_level=6)


def draw_sheet(board: Board) -> Image.Image:
    """Every pane with its name and figures, and below it the crops."""
    layout, best = _layout(board), best_of(board)
    rows = -(-len(board.panes) // layout.columns)
    width = 2 * MARGIN + layout.columns * layout.pane_width + (layout.columns - 1) * GAP
    top = MARGIN + HEAD + LINE + GAP
    height = top + rows * layout.cell_height + (rows - 1) * 2 * GAP + MARGIN
    sheet = Image.new("RGB", (width, height), GROUND)
    _draw_head(ImageDraw.Draw(sheet), board, width)
    for place, pane in enumerate(board.panes):
        row, column = divmod(place, layout.columns)
        left = MARGIN + column * (layout.pane_width + GAP)
        cell = _cell(board, pane, layout, is_best=pane is best)
        sheet.paste(cell, (left, top + row * (layout.cell_height + 2 * GAP)))
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
    heights = (max(1, round(crop_width * crop.height / crop.width)) for crop in board.crops)
    return _Layout(
        columns=columns,
        pane_width=pane_width,
        image_width=image_width,
        image_height=image_height,
        header=titles * TITLE_LINE + 4 + lines * LINE + 6,
        crop_width=crop_width,
        crop_height=min(max(heights, default=0), image_height),
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


def _cell(board: Board, pane: Pane, layout: _Layout, *, is_best: bool) -> Image.Image:
    cell = Image.new("RGB", (layout.pane_width, layout.cell_height), GROUND)
    draw = ImageDraw.Draw(cell)
    base = TITLE - 2
    titles = _title_lines(pane, layout.pane_width)
    for line in titles:
        write(draw, (0, base), line, font_for(pane.title, TITLE, bold=True), INK)
        base += TITLE_LINE
    if is_best:
        _draw_chip(draw, "best PSNR-Y", layout.pane_width, TITLE)
    if pane.pixels is None:
        _draw_failure(draw, pane, layout)
        return cell
    base = TITLE_LINE * len(titles) + 4 + SMALL
    for line in _figure_lines(pane, layout.pane_width):
        write(draw, (0, base), line, font_for("", SMALL), MUTED)
        base += LINE
    pixels = in_srgb(board.photo, pane.pixels)
    whole = scaled(pixels, layout.image_width, layout.image_height)
    framed, scale = ImageDraw.Draw(whole), layout.image_width / board.size[0]
    for place, crop in enumerate(board.crops):
        box = [value * scale for value in (crop.left, crop.top, crop.right, crop.bottom)]
        framed.rectangle([box[0] - 1, box[1] - 1, *box[2:]], outline=_colour(place), width=3)
    cell.paste(whole, (0, layout.header))
    _draw_crops(cell, board, pane, pixels, layout)
    return cell


def _draw_crops(
    cell: Image.Image, board: Board, pane: Pane, pixels: Bytes, layout: _Layout
) -> None:
    draw, small = ImageDraw.Draw(cell), font_for("", SMALL)
    top = layout.header + layout.image_height + CROP_GAP
    for place, crop in enumerate(board.crops):
        left = place * (layout.crop_width + CROP_GAP)
        scale = min(layout.crop_width / crop.width, layout.crop_height / crop.height)
        width, height = max(1, int(crop.width * scale)), max(1, int(crop.height * scale))
        zoomed = scaled(pixels[crop.slices], width, height)
        frame = (0, 0, width - 1, height - 1)
        ImageDraw.Draw(zoomed).rectangle(frame, outline=_colour(place), width=3)
        cell.paste(zoomed, (left, top))
        text = fitted(_crop_words(pane, place + 1), small, layout.crop_width)
        write(draw, (left, top + layout.crop_height + SMALL + 4), text, small, MUTED)


def _draw_failure(draw: ImageDraw.ImageDraw, pane: Pane, layout: _Layout) -> None:
    top, font = layout.header, font_for("", SMALL)
    draw.rectangle((0, top, layout.image_width, top + layout.image_height), fill=EMPTY)
    lines = wrapped(" ".join(words_of(pane)), font, layout.image_width - 2 * GAP)
    for place, line in enumerate(lines[: max(1, layout.image_height // LINE - 1)]):
        write(draw, (GAP, top + GAP + LINE * place + SMALL), line, font, INK)


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


def _colour(place: int) -> str:
    return FRAMES[place % len(FRAMES)]
