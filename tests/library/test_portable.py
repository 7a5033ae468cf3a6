"""Documents in one file: whole there and back, nothing twice, and nothing believed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, blobs
from kontext_desktop.model import Document, Draft, Frame, Job, JobState, Reference, Size

ORIGINAL = b"a large original"


def see_all(path: Path, size: Size | None) -> None:
    """Takes everything for the picture it is said to be."""
    path.read_bytes()


def snapshot(folder: Path) -> tuple[Any, ...]:
    """All rows and files of a library."""
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("blobs", "tmp")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")]
        rows = {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()
            for table in sorted(tables)
            if not table.startswith("sqlite_") and "_by_" not in table and "one_job" not in table
        }
    return files, rows


@pytest.fixture
def history(
    library: Library,
    put_document: Callable[..., Document],
    put_job: Callable[..., Job],
    tmp_path: Path,
) -> list[str]:
    """Two documents with a tree, trouble, money and opinions; one original is a reference."""
    first = put_document("harbour “1”.jpg")
    done = put_job(JobState.DONE, first)
    version = library.list_versions(first.id)[-1]
    put_job(JobState.DONE, first, parent=version.id, prompt="Then blue.")
    for state in (JobState.FAILED, JobState.EXPIRED, JobState.CANCELLED, JobState.QUEUED):
        put_job(state, first)
    library.put_refund(done, 80_000, "given back")
    library.put_client(first.id, "Ship & Co")
    library.put_draft(first.id, Draft(3.5, 7, "Make it …", "16:9", frame=Frame(40, 30, 800, 600)))
    library.put_current_version(first.id, version.id)
    library.put_annotation(version.id, name="best", rating=5, tags={"sea", "Ärmel"})
    source = tmp_path / "large.tif"
    source.write_bytes(ORIGINAL)
    digest, length, changed_at = library.blobs.hash_file(source)
    second = put_document(
        "large.tif",
        master_sha256=digest,
        reference=Reference(digest, str(source), length, changed_at, library.blobs.put(b"a proxy")),
    )
    library.put_never_send(second.id, True)
    return [first.id, second.id]


def pack(library: Library, ids: list[str], *, originals: bool = False) -> bytes:
    file = io.BytesIO()
    library.portable.pack(ids, file, originals=originals)
    return file.getvalue()


@pytest.fixture
def packed(library: Library, history: list[str]) -> bytes:
    return pack(library, history)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "other", program="tests", wait=0) as other:
        yield other


@pytest.fixture
def unpack(tmp_path: Path, other: Library) -> Callable[..., Any]:
    def take(data: bytes, into: Library = other) -> Any:
        path = tmp_path / "parcel.zip"
        path.write_bytes(data)
        return into.portable.unpack(path, see_all)

    return take


Unpack = Callable[..., Any]


# There and back


def test_whatever_leaves_arrives_whole(
    library: Library, history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    assert tuple(unpack(packed)) == (tuple(history), 4, 0)
    assert pack(other, history) == packed
    for document_id in history:
        here, there = (each.get_document(document_id) for each in (library, other))
        assert replace(there, sequence=0) == replace(here, sequence=0)
        assert other.find_draft(document_id) == library.find_draft(document_id)
    versions = other.list_versions(history[0])
    assert [version.title for version in versions] == ["Original", "Warmer", "Warmer"]
    assert all(version.practice for version in versions[1:])
    assert other.list_documents("blue")[0].id == history[0]
    first = library.list_jobs(document_id=history[0], ended=True)
    for job in first:
        assert [replace(other.get_job(job.id), sequence=0)] == [replace(job, sequence=0)]
        assert other.list_events(job.id) == library.list_events(job.id)
        assert other.get_refunded(job.id) == library.get_refunded(job.id)
    assert other.list_jobs(ended=False) == []
    charged = [
        [(one.amount, one.charged, one.at) for one in each.list_charges()] for each in (other,)
    ]
    assert len(charged[0]) == len(first)


def test_what_is_here_already_is_not_doubled(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    unpack(packed)
    before = snapshot(other.folder)
    assert tuple(unpack(packed)) == (tuple(history), 0, 4)
    after = snapshot(other.folder)
    assert after == before


def test_work_that_went_on_elsewhere_comes_home(
    library: Library,
    history: list[str],
    packed: bytes,
    other: Library,
    unpack: Unpack,
    put_job: Callable[..., Job],
) -> None:
    unpack(packed)
    document = library.get_document(history[0])
    put_job(JobState.DONE, document, prompt="Later.")
    assert unpack(pack(library, history)).versions == 1
    assert len(other.list_versions(history[0])) == 4
    assert other.get_document(history[0]).current_version_id == document.current_version_id
    assert pack(other, history) == pack(library, history)


def test_addresses_at_the_service_stay_behind(
    library: Library, put_job: Callable[..., Job]
) -> None:
    job = put_job(JobState.SENDING)
    job = library.move_job(job, JobState.SENDING, "", upload_url="https://secret.example/up")
    job = library.move_job(job, JobState.RUNNING, "", prediction_id="abc", account="0123abcd")
    urls = ("https://secret.example/out",)
    library.move_job(job, JobState.FAILED, "", output_urls=urls, charged="yes")
    data = pack(library, [job.document_id])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"secret.example" not in text
    assert b"0123abcd" not in text


def test_pictures_are_stored_and_not_squeezed(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for info in archive.infolist():
            if info.filename.startswith("blobs/"):
                assert info.compress_type == zipfile.ZIP_STORED
                assert info.filename.endswith(hashlib.sha256(archive.read(info)).hexdigest())


@pytest.mark.parametrize("originals", [False, True])
def test_a_referred_original_goes_along_when_asked(
    library: Library,
    history: list[str],
    other: Library,
    unpack: Unpack,
    tmp_path: Path,
    originals: bool,
) -> None:
    unpack(pack(library, history, originals=originals))
    document = other.get_document(history[1])
    reference = other.masters.find_reference(document.master_sha256)
    assert (reference is None) == originals
    source = tmp_path / "large.tif"
    assert other.masters.get_path(document).read_bytes() == ORIGINAL
    source.write_bytes(ORIGINAL[::-1])
    os.utime(source, ns=(1, 1))
    if originals:
        other.masters.get_path(document)
    else:
        with pytest.raises(LibraryError, match="not the picture any more"):
            other.masters.get_path(document)


def test_a_path_that_a_system_would_fetch_from_a_server_is_cut_to_its_name(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    def point_away(told: dict[str, Any]) -> None:
        told["document"]["source_path"] = r"\\evil\share\a.tif"
        told["document"]["reference"]["path"] = "//evil/share/a.tif"

    unpack(rewritten(packed, history[1], point_away))
    document = other.get_document(history[1])
    assert document.source_path == "a.tif"
    with pytest.raises(LibraryError, match=r"not at a\.tif"):
        other.masters.get_path(document)


# What is here and differs


def test_the_same_id_with_other_facts_is_told_and_changes_nothing(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    unpack(packed)
    before = snapshot(other.folder)

    def rename(told: dict[str, Any]) -> None:
        told["document"]["name"] = "another.jpg"

    def retitle(told: dict[str, Any]) -> None:
        told["rows"][0]["version"]["title"] = "Another"

    def reseed(told: dict[str, Any]) -> None:
        next(row["job"] for row in told["rows"] if "job" in row)["recipe"]["seed"] += 1

    for change in (rename, retitle, reseed):
        with pytest.raises(LibraryError, match="not the one of that id"):
            unpack(rewritten(packed, history[0], change))
        assert snapshot(other.folder) == before


def test_an_edit_under_way_here_is_not_overtaken(
    library: Library, put_job: Callable[..., Job], tmp_path: Path, unpack: Unpack
) -> None:
    job = put_job(JobState.DOWNLOADING)
    early = tmp_path / "early"
    with closing(sqlite3.connect(library.folder / "library.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copytree(library.folder, early, ignore=shutil.ignore_patterns("lock", "owner.json"))
    data = library.blobs.put(b"a result")
    from kontext_desktop.model import Received

    library.finish_job(job, [Received(data, 8, Size(9, 9), "JPEG", 0, None)], "Warmer")
    with Library.open(early, program="tests") as there:
        with pytest.raises(LibraryError, match="under way"):
            unpack(pack(library, [job.document_id]), there)
        there.move_job(job, JobState.EXPIRED, "lost")
        assert unpack(pack(library, [job.document_id]), there).versions == 1
        assert there.get_job(job.id).state is JobState.DONE
        assert there.spend(job.origin, 0).certain == 80_000


# Hostile archives


def rewritten(packed: bytes, document_id: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The archive with one document's text changed."""
    return reentered(
        packed,
        lambda name, data: (
            name,
            _changed(data, change) if name == f"documents/{document_id}.json" else data,
        ),
    )


def _changed(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    told = json.loads(data)
    change(told)
    return json.dumps(told).encode()


def reentered(
    packed: bytes,
    change: Callable[[str, bytes], tuple[str, bytes] | None],
    add: Callable[[zipfile.ZipFile], None] = lambda archive: None,
) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(file, "w") as new,
    ):
        for name in old.namelist():
            entry = change(name, old.read(name))
            if entry is not None:
                new.writestr(*entry)
        add(new)
    return file.getvalue()


def _same(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data


def _link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo(f"blobs/{'0' * 64}")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def _bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr(f"blobs/{'0' * 64}", bytes(20_000_000), zipfile.ZIP_DEFLATED)


ENTRIES: dict[str, Callable[[bytes], bytes]] = {
    "a path upwards": lambda data: reentered(data, _same, lambda z: z.writestr("../x", b"")),
    "an absolute path": lambda data: reentered(data, _same, lambda z: z.writestr("/x", b"")),
    "a windows path": lambda data: reentered(data, _same, lambda z: z.writestr("C:\\x", b"")),
    "a folder": lambda data: reentered(data, _same, lambda z: z.writestr("blobs/", b"")),
    "a path inside": lambda data: reentered(
        data, _same, lambda z: z.writestr(f"blobs/../blobs/{'0' * 64}", b"")
    ),
    "a link": lambda data: reentered(data, _same, _link),
    "a bomb": lambda data: reentered(data, _same, _bomb),
    "a file that belongs to nothing": lambda data: reentered(
        data, _same, lambda z: z.writestr(f"blobs/{hashlib.sha256(b'x').hexdigest()}", b"x")
    ),
    "a document that is not listed": lambda data: reentered(
        data,
        _same,
        lambda z: z.writestr("documents/00000000-0000-0000-0000-000000000000.json", b"{}"),
    ),
    "a name twice": lambda data: _doubled(data),
    "encrypted": lambda data: _flagged(data),
    "a missing file": lambda data: reentered(
        data, lambda name, text: None if name.startswith("blobs/") else (name, text)
    ),
    "a missing manifest": lambda data: reentered(
        data, lambda name, text: None if name == "manifest.json" else (name, text)
    ),
    "another file's bytes": lambda data: reentered(
        data,
        lambda name, text: (name, text[::-1] if name.startswith("blobs/") else text),
    ),
    "a longer file": lambda data: reentered(
        data, lambda name, text: (name, text + b" " if name.startswith("blobs/") else text)
    ),
    "a shorter file": lambda data: reentered(
        data, lambda name, text: (name, text[:-1] if name.startswith("blobs/") else text)
    ),
    "no archive": lambda data: b"PK\5\6 no archive",
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "a million entries said": lambda data: data[:-14] + b"\xff\xfe\xff\xfe" + data[-10:],
    "a directory of gigabytes said": lambda data: data[:-10] + b"\xff\xff\xff\xf0" + data[-6:],
}


def _doubled(data: bytes) -> bytes:
    def again(archive: zipfile.ZipFile) -> None:
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("manifest.json", b"{}")

    return reentered(data, _same, again)


def _flagged(data: bytes) -> bytes:
    """Every entry said to be encrypted, in both places."""
    changed = bytearray(data)
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        found = changed.find(mark)
        while found >= 0:
            changed[found + place] |= 1
            found = changed.find(mark, found + 4)
    return bytes(changed)


def test_an_archive_that_another_program_packed_again_is_taken(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    """Which also shows that what is refused below is refused for what was done to it."""
    unpack(rewritten(packed, history[0], lambda told: None))
    assert pack(other, history) == packed


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_hostile_archive_is_refused_whole(
    packed: bytes, other: Library, unpack: Unpack, tmp_path: Path, kind: str
) -> None:
    before, names = snapshot(other.folder), sorted(tmp_path.rglob("*"))
    hostile = ENTRIES[kind](packed)
    assert hostile != packed
    with pytest.raises(LibraryError, match="damaged, or was not packed") as raised:
        unpack(hostile)
    assert raised.value.hint
    assert snapshot(other.folder) == before
    parcel = tmp_path / "parcel.zip"
    assert [path for path in sorted(tmp_path.rglob("*")) if path != parcel] == names


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Put a value at a place like `document.size` or `job.recipe.seed`: the first row of a kind."""

    def change(told: dict[str, Any]) -> None:
        kind, *names, last = path.split(".")
        place = told[kind] if kind == "document" else _row(told, kind)
        for name in names:
            place = place[int(name) if name.isdigit() else name]
        place[int(last) if last.isdigit() else last] = value

    return change


def _row(told: dict[str, Any], kind: str, number: int = 0) -> dict[str, Any]:
    kind, _, which = kind.partition("-")
    return [row[kind] for row in told["rows"] if kind in row][int(which or number)]


def _swap(told: dict[str, Any]) -> None:
    told["rows"].reverse()


def _circle(told: dict[str, Any]) -> None:
    _row(told, "version", 1)["parents"] = [_row(told, "version", 2)["id"]]


def _twice(told: dict[str, Any]) -> None:
    told["rows"].append(told["rows"][0])


def _unmark(told: dict[str, Any]) -> None:
    _row(told, "version", 1)["practice"] = False


def _second_original(told: dict[str, Any]) -> None:
    _row(told, "version", 1)["parents"] = []


NOWHERE = "00000000-0000-4000-8000-000000000000"
RECORDS: dict[str, Callable[[dict[str, Any]], None]] = {
    "an unknown member": _set("document.evil", 1),
    "a missing member": lambda told: told["document"].pop("name"),
    "a mistyped member": _set("document.depth", "8"),
    "a truth for a number": _set("document.depth", True),
    "a name that is no text": _set("document.name", ["a"]),
    "half a sign": _set("document.name", "\ud800"),
    "another document's id": _set("document.id", NOWHERE),
    "no size": _set("document.size", [0, 10]),
    "three sides": _set("document.size", [1, 2, 3]),
    "an unknown current version": _set("document.current_version", NOWHERE),
    "an unknown kind of row": lambda told: told["rows"].append({"library": {}}),
    "a row of two kinds": lambda told: told["rows"][0].update(job={}),
    "an unknown parent": _set("version-1.parents", [NOWHERE]),
    "a circle": _circle,
    "a second original": _second_original,
    "rows the wrong way round": _swap,
    "a row twice": _twice,
    "a layer without a result": _set("version-1.layers.0.result_id", NOWHERE),
    "a layer that turns": _set("version-1.layers.0.placement", [1, 1, 0, 0, 1, 0]),
    "a layer without a place": _set("version-1.layers.0.placement", [1, 0, 0]),
    "a layer of no width": _set("version-1.layers.0.placement", [0, 0, 0, 0, 1, 0]),
    "a mask that is not there": _set("version-1.layers.0.mask_sha256", "0" * 64),
    "a version of an unknown edit": _set("version-1.job", NOWHERE),
    "a practice mark that is gone": _unmark,
    "a practice service that is real": _set("job.origin.practice", False),
    "an edit that would go on": _set("job.state", "queued"),
    "an edit of no state": _set("job.state", "paid"),
    "a negative price": _set("job.price", -80_000),
    "a price beyond all prices": _set("job.price", 10**15),
    "a price in fractions": _set("job.price", 0.08),
    "an edit for nothing": _set("job.charged", "no"),
    "an unknown charge": _set("job.charged", "perhaps"),
    "a refund from nowhere": _set("refund.amount", -1),
    "a draft's frame outside": _set("document.draft.frame", [3999, 0, 2, 2]),
    "half of a draft's frame": _set("document.draft.frame", [3999, 0]),
    "a frame outside": _set("job.recipe.frame", [3999, 0, 2, 2]),
    "an id that is a path": _set("job.prediction_id", "../../balance"),
    "an address with a user": _set("job.origin.endpoint", "https://a@b.example"),
    "a result of another edit": _set("result.job", NOWHERE),
    "a result of another prediction": _set("result.prediction_id", "other"),
    "a result of another length": _set("result.length", 3),
    "an event of nothing": _set("event.job", NOWHERE),
    "a time beyond time": _set("version.created_at", 1e300),
    "infinity": _set("version.created_at", float("inf")),
    "no number": _set("version.created_at", float("nan")),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_no_library_has_is_refused(
    history: list[str], packed: bytes, other: Library, unpack: Unpack, kind: str
) -> None:
    before = snapshot(other.folder)
    with pytest.raises(LibraryError, match="damaged, or was not packed"):
        unpack(rewritten(packed, history[0], RECORDS[kind]))
    assert snapshot(other.folder) == before


def test_a_pack_from_before_there_were_frames_in_drafts_is_taken(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    def forget(told: dict[str, Any]) -> None:
        told["document"]["draft"].pop("frame")

    unpack(rewritten(packed, history[0], forget))
    assert other.find_draft(history[0]) == Draft(3.5, 7, "Make it …", "16:9")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"kontext": "documents", "format": 2, "new": []}', "newer version"),
        (b'{"kontext": "documents", "format": 0}', "damaged"),
        (b'{"kontext": "documents", "format": 1, "format": 1}', "damaged"),
        (b'{"kontext": "else"}', "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"[" + b"1," * 3_000_000 + b"1]", "damaged"),
        (b"\xff\xfe{}", "damaged"),
        (b"1" * 100_000, "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_manifest_from_nowhere_is_refused(
    packed: bytes, other: Library, unpack: Unpack, text: bytes, words: str
) -> None:
    before = snapshot(other.folder)
    with pytest.raises(LibraryError, match=words):
        unpack(reentered(packed, lambda name, _: (name, text) if name == "manifest.json" else None))
    assert snapshot(other.folder) == before


def test_a_row_of_another_document_is_refused(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        first = json.loads(archive.read(f"documents/{history[0]}.json"))

    def steal(told: dict[str, Any]) -> None:
        _row(told, "version")["id"] = _row(first, "version")["id"]
        told["document"]["current_version"] = _row(first, "version")["id"]

    with pytest.raises(LibraryError, match="damaged"):
        unpack(rewritten(packed, history[1], steal))
    assert other.list_documents() == []


untouched = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@untouched
@given(data=st.data())
def test_damage_anywhere_is_refused_or_does_not_matter(
    history: list[str], packed: bytes, other: Library, unpack: Unpack, data: st.DataObject
) -> None:
    changed = bytearray(packed)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed) - 1))
        piece = data.draw(st.binary(max_size=8))
        changed[start : start + data.draw(st.integers(0, 8))] = piece
    before = snapshot(other.folder)
    try:
        unpack(bytes(changed))
    except LibraryError:
        assert snapshot(other.folder) == before
    else:
        assert pack(other, history) == packed


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


@untouched
@given(data=st.data(), value=plain)
def test_any_other_value_is_refused_or_packed_again_as_it_is(
    history: list[str],
    packed: bytes,
    tmp_path_factory: pytest.TempPathFactory,
    unpack: Unpack,
    data: st.DataObject,
    value: object,
) -> None:
    def change(told: dict[str, Any]) -> None:
        place: Any = told
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            deeper = isinstance(place[key], dict | list) and place[key]
            if not deeper or data.draw(st.integers(0, 5)) == 0:
                place[key] = value
                return
            place = place[key]

    hostile = rewritten(packed, history[0], change)
    with Library.open(tmp_path_factory.mktemp("other"), program="tests", wait=0) as there:
        try:
            unpack(hostile, there)
        except LibraryError:
            assert there.list_documents() == []
        else:
            again = pack(there, history)
            with zipfile.ZipFile(io.BytesIO(again)) as archive:
                assert len(archive.namelist()) >= 3


# Disks


@pytest.mark.parametrize("act", range(1, 5))
def test_a_full_disk_changes_nothing(
    history: list[str],
    packed: bytes,
    other: Library,
    unpack: Unpack,
    monkeypatch: pytest.MonkeyPatch,
    act: int,
) -> None:
    before = snapshot(other.folder)
    acts = SimpleNamespace(left=act)
    real = blobs.sync

    def sync(handle: int) -> None:
        acts.left -= 1
        if acts.left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(blobs, "sync", sync)
    with pytest.raises(LibraryError, match="full"):
        unpack(packed)
    assert snapshot(other.folder) == before
    unpack(packed)
    assert pack(other, history) == packed


def test_a_disk_without_room_is_told_before_anything_is_read(
    packed: bytes, other: Library, unpack: Unpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    before = snapshot(other.folder)
    with pytest.raises(LibraryError, match="disk has"):
        unpack(packed)
    assert snapshot(other.folder) == before


def test_a_file_that_is_lost_or_damaged_is_not_packed(library: Library, history: list[str]) -> None:
    document = library.get_document(history[0])
    library.blobs.path(document.master_sha256).write_bytes(b"other bytes!")
    with pytest.raises(LibraryError, match="damaged"):
        pack(library, history)
    library.blobs.path(document.master_sha256).unlink()
    with pytest.raises(LibraryError, match="missing"):
        pack(library, history)
    with Library.open_reading(library.folder) as reader, pytest.raises(LibraryError):
        reader.portable.unpack(Path("any"), see_all)


# Beside trash, check and what was erased


def test_what_was_unpacked_is_whole_for_the_check(
    packed: bytes, other: Library, unpack: Unpack
) -> None:
    unpack(packed)
    assert other.check().damage == ()


def test_what_is_in_the_trash_does_not_travel(
    library: Library, history: list[str], other: Library, unpack: Unpack
) -> None:
    versions = library.list_versions(history[0])
    library.put_in_trash(versions[1].id)
    assert unpack(pack(library, history[:1])).versions == 1
    assert [version.id for version in other.list_versions(history[0])] == [versions[0].id]
    assert other.check().damage == ()


def test_what_was_erased_here_comes_back_and_is_booked_once(
    history: list[str], packed: bytes, other: Library, unpack: Unpack
) -> None:
    unpack(packed)
    before = [(one.job_id, one.amount, one.refunded) for one in other.list_charges()]
    other.put_in_trash(history[0])
    other.erase(history[0])
    assert [(one.job_id, one.amount, one.refunded) for one in other.list_charges()] == before
    unpack(packed)
    assert [(one.job_id, one.amount, one.refunded) for one in other.list_charges()] == before
    assert pack(other, history).count(b"PK\1\2") == packed.count(b"PK\1\2")
    assert other.check().damage == ()


def test_nothing_grows_out_of_the_trash(
    library: Library,
    history: list[str],
    packed: bytes,
    other: Library,
    unpack: Unpack,
    put_job: Callable[..., Job],
) -> None:
    unpack(packed)
    version = library.list_versions(history[0])[1]
    other.put_in_trash(version.id)
    put_job(JobState.DONE, library.get_document(history[0]), parent=version.id)
    before = snapshot(other.folder)
    with pytest.raises(LibraryError, match="in the trash"):
        unpack(pack(library, history))
    assert snapshot(other.folder) == before
