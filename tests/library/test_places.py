"""Where a library may lie: on a disk; on a share only when told so; where files are copied about,
with a word."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, schema
from kontext_desktop.library.places import FUSE, Level, Place, judge, look, name_network

EXT4, TMPFS, BTRFS, OVERLAY, XFS = 0xEF53, 0x01021994, 0x9123683E, 0x794C7630, 0x58465342


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (0x6969, "NFS"),
        (0xFF534D42, "SMB"),
        (0xFE534D42, "SMB"),
        (0xFF534D42 - (1 << 32), "SMB"),
        (FUSE, "FUSE"),
        *((disk, "") for disk in (EXT4, TMPFS, BTRFS, OVERLAY, XFS, 0)),
    ],
)
def test_shares_are_known_by_their_file_system(kind: int, name: str) -> None:
    assert name_network(kind) == name


def test_a_disk_that_is_read_through_fuse_is_a_disk() -> None:
    assert name_network(FUSE, on_block_device=True) == ""
    assert name_network(0x6969, on_block_device=True) == "NFS"


@pytest.mark.parametrize(
    ("levels", "program"),
    [
        ([Level("library", ()), Level("work", {".dropbox"})], "Dropbox"),
        ([Level("library", ()), Level("Dropbox", ())], "Dropbox"),
        ([Level("library", {".stfolder"})], "Syncthing"),
        ([Level("library", ()), Level("OneDrive", ())], "OneDrive"),
        ([Level("library", ()), Level("OneDrive - Studio & Co", ())], "OneDrive"),
        ([Level("a", ()), Level("com~apple~CloudDocs", ())], "iCloud Drive"),
        ([Level("a", ()), Level("Mobile Documents", ()), Level("Library", ())], "iCloud Drive"),
        ([Level("library", ()), Level("home", ())], ""),
        ([Level("my dropbox things", ()), Level("onedriver", ())], ""),
        ([], ""),
    ],
)
def test_folders_that_are_copied_about_are_known_by_name_and_marks(
    levels: list[Level], program: str
) -> None:
    assert judge("", levels) == (Place("synced", program) if program else Place("local"))
    assert judge("NFS", levels) == Place("network", "NFS")


@given(st.text(), st.lists(st.builds(Level, st.text(), st.lists(st.text()))))
def test_every_folder_is_one_of_three_kinds(network: str, levels: list[Level]) -> None:
    place = judge(network, levels)
    assert (place.kind == "network") == bool(network)
    assert bool(place.name) == (place.kind != "local")


def test_a_folder_of_this_machine_is_looked_at_through_its_parents(tmp_path: Path) -> None:
    assert look(tmp_path / "not" / "made" / "yet") == Place("local")
    (tmp_path / ".stfolder").mkdir()
    assert look(tmp_path / "not" / "made" / "yet") == Place("synced", "Syncthing")
    assert look(Path("/proc/self")).kind == "local"


def share(folder: Path) -> Place:
    return Place("network", "NFS")


def test_a_library_on_a_share_is_refused_with_advice(folder: Path) -> None:
    with pytest.raises(LibraryError, match="NFS") as raised:
        Library.open(folder, program="tests", look=share)
    assert "--allow-network" in raised.value.hint
    assert not folder.exists()


def test_a_library_that_may_be_on_a_share_keeps_no_shared_memory(folder: Path) -> None:
    for told in (True, False):
        with Library.open(folder, program="tests", look=share, allow_network=True) as library:
            assert (library.place_notice is not None) == told
            library.put_may_send(False)
            assert not list(folder.glob("*-wal"))
    with closing(
        schema.connect(folder / "library.db", reading_only=False, on_network=True)
    ) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 3
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    with Library.open_reading(folder) as reader:
        assert not reader.may_send()
    with Library.open(folder, program="tests") as library:
        assert library.place_notice is None
        assert not library.may_send()
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_folder_that_is_copied_about_is_told_once(folder: Path) -> None:
    folder.parent.joinpath(".dropbox").touch()
    with Library.open(folder, program="tests") as library:
        assert library.place_notice is not None
        assert "Dropbox" in library.place_notice[0]
    with Library.open(folder, program="tests") as library:
        assert library.place_notice is None
