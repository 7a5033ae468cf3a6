"""Preferences survive, forgive single bad values, and are never half written."""

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop import settings
from kontext_desktop.errors import LibraryError
from kontext_desktop.model import Settings

CHANGED = Settings(
    mode="practice",
    endpoint="http://127.0.0.1:8000",
    library="/pictures/café",
    daily_cap=0,
    jobs_in_flight=1,
    recent_files=("a.jpg", "b.tif"),
    recent_libraries=("/clients/a",),
    window={"zoom": "1.5"},
)


def test_settings_come_back_as_they_were_written(tmp_path):
    assert settings.read(tmp_path / "new") == Settings()
    settings.write(tmp_path / "new", CHANGED)
    assert settings.read(tmp_path / "new") == CHANGED
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["settings.json"]


def test_a_file_name_that_is_no_utf_8_is_remembered_too(tmp_path):
    odd = Settings(recent_files=(os.fsdecode(b"caf\xe9.jpg"),))
    settings.write(tmp_path, odd)
    assert settings.read(tmp_path) == odd


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_settings_are_for_their_owner_only(tmp_path):
    settings.write(tmp_path / "new", CHANGED)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "settings.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("mode", "free"),
        ("mode", 1),
        ("endpoint", None),
        ("daily_cap", -1),
        ("daily_cap", "10"),
        ("daily_cap", True),
        ("jobs_in_flight", 0),
        ("jobs_in_flight", 2.0),
        ("recent_files", "a.jpg"),
        ("recent_files", [1]),
        ("recent_libraries", "/clients/a"),
        ("window", []),
        ("window", {"zoom": 1.5}),
    ],
)
def test_one_bad_value_costs_only_itself(tmp_path, name, bad):
    settings.write(tmp_path, CHANGED)
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: bad, "from_later": 1}))
    found = settings.read(tmp_path)
    for each in Settings._fields:
        expected = Settings() if each == name else CHANGED
        assert getattr(found, each) == getattr(expected, each)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
names = st.sampled_from(Settings._fields)


@given(st.dictionaries(names, values))
def test_whatever_is_read_can_be_written_and_read_again(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("settings")
    (folder / "settings.json").write_text(json.dumps(content))
    found = settings.read(folder)
    settings.write(folder, found)
    assert settings.read(folder) == found


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", b"\xff\xfe", b""])
def test_a_file_that_makes_no_sense_is_neither_guessed_at_nor_overwritten(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with pytest.raises(LibraryError) as caught:
        settings.read(tmp_path)
    assert caught.value.hint
    assert path.read_bytes() == content


def test_a_failed_write_leaves_the_old_settings_whole(tmp_path, monkeypatch):
    settings.write(tmp_path, CHANGED)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LibraryError, match="cannot be written"):
        settings.write(tmp_path, Settings())
    assert settings.read(tmp_path) == CHANGED
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_place_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be written"):
        settings.write(tmp_path / "file", Settings())
