#!/usr/bin/env python3
"""AfterRain in GIMP 3: take the rain out of the selected layer, into a new layer above it.

Copy the folder `afterrain` into the folder of GIMP's plug-ins (docs/editors.md). It starts the
commands `nledn` and `afterrain`, or those that AFTERRAIN_NLEDN and AFTERRAIN_WINDOW name.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import Gimp, GimpUi, Gio, GLib, GObject  # noqa: E402

DERAIN, WINDOW = "afterrain-derain", "afterrain-window"
ALONE = Gimp.RunMode.NONINTERACTIVE


class Failed(Exception):
    """A sentence for the person."""


def program(name: str, variable: str) -> str:
    """The path of a program of AfterRain."""
    found = shutil.which(os.environ.get(variable) or name)
    if found is None:
        raise Failed(
            f"AfterRain's program {name} was not found. Install AfterRain, or set {variable}."
        )
    return found


def exported(image: Gimp.Image, layer: Gimp.Layer, path: Path) -> None:
    """Save one layer with the image's depth and colours."""
    width, height = layer.get_width(), layer.get_height()
    alone = Gimp.Image.new_with_precision(
        width, height, image.get_base_type(), image.get_precision()
    )
    try:
        alone.set_color_profile(image.get_effective_color_profile())
        copy = Gimp.Layer.new_from_drawable(layer, alone)
        alone.insert_layer(copy, None, 0)
        copy.set_visible(True)
        copy.set_offsets(0, 0)
        if not Gimp.file_save(ALONE, alone, Gio.File.new_for_path(str(path)), None):
            raise Failed("GIMP could not save the layer for AfterRain.")
    finally:
        alone.delete()


def run(command: list[str]) -> None:
    """Start a program of AfterRain and wait for its end."""
    done = subprocess.run(  # noqa: S603  # our own programs, with words of ours
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace").strip() or "AfterRain ended early.")


def derained(image: Gimp.Image, layer: Gimp.Layer, strength: float | None) -> None:
    """Put the layer without rain above it; with no strength, AfterRain's window asks for it."""
    with tempfile.TemporaryDirectory(prefix="afterrain-") as folder:
        rainy = Path(folder) / "layer.tif"
        clean = rainy if strength is None else Path(folder) / "clean.tif"
        exported(image, layer, rainy)
        before = rainy.stat()
        if strength is None:
            run([program("afterrain", "AFTERRAIN_WINDOW"), "--edit", str(rainy)])
            if os.path.samestat(before, rainy.stat()):
                return  # closed without Save
        else:
            nledn = program("nledn", "AFTERRAIN_NLEDN")
            run([nledn, "derain", "-q", str(rainy), "-o", str(clean), "--strength", f"{strength}"])
        added = Gimp.file_load_layer(ALONE, image, Gio.File.new_for_path(str(clean)))
        if added is None:
            raise Failed("GIMP could not open the result.")
        added.set_name(f"{layer.get_name()} without rain")
        image.insert_layer(added, layer.get_parent(), image.get_item_position(layer))
        _, left, top = layer.get_offsets()
        added.set_offsets(left, top)


def called(procedure, run_mode, image, drawables, config, _data):
    """Do what a menu entry or a script asks for."""
    status, error = Gimp.PDBStatusType.SUCCESS, GLib.Error()
    strength = config.get_property("strength") if procedure.get_name() == DERAIN else None
    if strength is not None and run_mode == Gimp.RunMode.INTERACTIVE:
        GimpUi.init(DERAIN)
        dialog = GimpUi.ProcedureDialog(procedure=procedure, config=config)
        dialog.fill(None)
        if not dialog.run():
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, error)
        dialog.destroy()
        strength = config.get_property("strength")
    image.undo_group_start()
    try:
        derained(image, drawables[0], strength)
    except Failed as failure:
        status = Gimp.PDBStatusType.EXECUTION_ERROR
        error = GLib.Error(str(failure))
    finally:
        image.undo_group_end()
        Gimp.displays_flush()
    return procedure.new_return_values(status, error)


class AfterRain(Gimp.PlugIn):
    """The two entries in Filters ▸ Enhance."""

    def do_set_i18n(self, _name: str) -> bool:
        """GIMP's own translations know nothing of ours."""
        return False

    def do_query_procedures(self) -> list[str]:
        """Name what this plug-in can do."""
        return [DERAIN, WINDOW]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        """Describe one of them."""
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, called, None)
        procedure.set_image_types("RGB*, GRAY*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        label = "Take Rain _Out…" if name == DERAIN else "Edit in _AfterRain"
        procedure.set_menu_label(label)
        procedure.add_menu_path("<Image>/Filters/Enhance")
        procedure.set_documentation("Take the rain out of the layer, into a new one", None, name)
        procedure.set_attribution("The AfterRain authors", "The AfterRain authors", "2026")
        if name == DERAIN:
            words = ("_Strength", "Share of the rain that is taken")
            flags = GObject.ParamFlags.READWRITE
            procedure.add_double_argument("strength", *words, 0.0, 1.5, 1.0, flags)
        return procedure


Gimp.main(AfterRain.__gtype__, sys.argv)
