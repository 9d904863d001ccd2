import os
from pathlib import Path

import pytest

from nledn.batch import in_folder, in_list, read_list, together
from nledn.errors import BatchInputEmpty, BatchInputIsPhoto, InputNotFound, PhotoIsVideo
from tests.batch.batches import make_photo, make_photos


def names(
    folder: Path, recursive: bool = True, out: Path | None = None, *patterns: str
) -> list[str]:
    found = in_folder(folder, recursive=recursive, patterns=patterns, out=out)
    return [path.as_posix() for path in found.files]


def test_photos_come_in_natural_order_subfolders_when_asked(tmp_path: Path) -> None:
    make_photos(tmp_path, ["10.jpg", "2.png", "b/1.jpg", "1.JPG", "b/11.jpg", "b/9.jpg"])
    assert names(tmp_path, recursive=False) == ["1.JPG", "2.png", "10.jpg"]
    assert names(tmp_path) == ["1.JPG", "2.png", "10.jpg", "b/1.jpg", "b/9.jpg", "b/11.jpg"]


def test_junk_and_what_is_no_photo_is_passed_over(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.jpg")
    for name in ("._a.jpg", ".hidden.jpg", "Thumbs.db", "desktop.ini", "notes.txt", ".trash/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"junk")
    assert names(tmp_path) == ["a.jpg"]


def test_an_output_folder_inside_is_no_source(tmp_path: Path) -> None:
    make_photos(tmp_path, ["a.jpg", "dry/a_derained.jpg", "wet/b.jpg"])
    assert names(tmp_path, True, tmp_path / "dry") == ["a.jpg", "wet/b.jpg"]


def test_patterns_are_of_names_or_paths_in_any_case(tmp_path: Path) -> None:
    make_photos(tmp_path, ["a1.jpg", "a2.png", "b/a3.JPG", "c/d.jpg"])
    assert names(tmp_path, True, None, "A*.jpg") == ["a1.jpg", "b/a3.JPG"]
    assert names(tmp_path, True, None, "c/*", "*.png") == ["a2.png", "c/d.jpg"]


def test_linked_folders_are_walked_once(tmp_path: Path) -> None:
    make_photo(tmp_path / "photos" / "a.jpg")
    (tmp_path / "photos" / "again").symlink_to(tmp_path / "photos")
    (tmp_path / "photos" / "itself.jpg").symlink_to("itself.jpg")
    make_photo(tmp_path / "elsewhere" / "b.jpg")
    (tmp_path / "photos" / "more").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "photos") == ["a.jpg", "itself.jpg", "more/b.jpg"]


def test_a_folder_keeps_its_own_name_beside_a_link_to_it(tmp_path: Path) -> None:
    for letter in "abcdefgh":  # the disk has them in any order
        make_photos(tmp_path / letter / "deep", ["1.jpg"])
        (tmp_path / f"link {letter}").symlink_to(tmp_path / letter / "deep")
    found = in_folder(tmp_path, recursive=True).files
    assert list(found) == [Path(letter, "deep", "1.jpg") for letter in "abcdefgh"]


def test_names_need_not_be_utf_8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"r\xe9gen.jpg")
    make_photo(tmp_path / "a.jpg").rename(path)
    assert in_folder(tmp_path).files == (Path(path.name),)


def test_no_folder_and_no_photo_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound):
        in_folder(tmp_path / "gone")
    with pytest.raises(BatchInputEmpty):
        in_folder(tmp_path)


def test_a_list_keeps_its_order_and_the_tree_below_the_common_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [b"wet/b/2.jpg\r\n", b"\n", b"wet/a/10.jpg\n", str(tmp_path / "wet/b/2.jpg").encode()]
    found = in_list(lines, Path("list.txt"))
    assert found.root == tmp_path / "wet"
    assert found.files == (Path("b/2.jpg"), Path("a/10.jpg"))


def test_a_photo_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(BatchInputIsPhoto):
        read_list(make_photo(tmp_path / "a.jpg"))
    with pytest.raises(InputNotFound):
        read_list(tmp_path / "gone.txt")
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(BatchInputEmpty):
        in_list(read_list(tmp_path / "empty.txt"), tmp_path / "empty.txt")


def test_several_folders_are_one_batch_each_photo_once(tmp_path: Path) -> None:
    make_photos(tmp_path, ["a/1.jpg", "a/2.jpg", "b/c/1.jpg"])
    one, other = in_folder(tmp_path / "a"), in_folder(tmp_path / "b", recursive=True)
    both = together([one, other, one])
    assert both.root == tmp_path
    assert [path.as_posix() for path in both.files] == ["a/1.jpg", "a/2.jpg", "b/c/1.jpg"]
    assert together([one]) == one
    (tmp_path / "a" / "clip.mp4").touch()
    both = together([in_folder(tmp_path / "a"), other])
    assert both.videos == (Path("a/clip.mp4"),)


def test_videos_are_told_and_a_folder_of_nothing_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wet" / "sub").mkdir(parents=True)
    for name in ("b.MP4", "sub/a.mov", "._c.mp4"):
        (tmp_path / "wet" / name).write_bytes(b"frames")
    with pytest.raises(PhotoIsVideo) as caught:
        in_folder(tmp_path / "wet")
    assert caught.value.path == tmp_path / "wet" / "b.MP4"
    make_photo(tmp_path / "wet" / "1.png")
    assert in_folder(tmp_path / "wet").videos == (Path("b.MP4"),)
    found = in_folder(tmp_path / "wet", recursive=True)
    assert found.videos == (Path("b.MP4"), Path("sub/a.mov"))
    assert found.files == (Path("1.png"),)
    with pytest.raises(PhotoIsVideo):
        read_list(tmp_path / "wet" / "b.MP4")


def test_the_mark_that_windows_puts_before_a_list_is_no_part_of_its_first_path(
    tmp_path: Path,
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("a.jpg\r\nb.jpg\r\n", "utf-8-sig")
    assert read_list(listed) == [b"a.jpg", b"b.jpg"]
