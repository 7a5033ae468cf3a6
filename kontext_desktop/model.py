"""The words of this program as plain data: frozen values that cross the rungs.

Nothing here reads or writes. Coordinates are pixels of *document space*: the master's pixels after
its orientation is applied, origin at the top left. Money is in millionths of a US dollar, times are
seconds since 1970 (UTC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kontext_desktop.errors import Charged
from kontext_desktop.first_words import Draft as Draft
from kontext_desktop.first_words import Frame as Frame
from kontext_desktop.first_words import JobState as JobState
from kontext_desktop.first_words import Raster as Raster
from kontext_desktop.first_words import Settings as Settings
from kontext_desktop.first_words import Size as Size

HEAT_SCALE: tuple[tuple[float, tuple[int, int, int]], ...] = (
    (0.0, (0, 0, 0)),
    (1.0, (20, 24, 74)),
    (2.5, (64, 40, 130)),
    (5.0, (178, 50, 100)),
    (10.0, (240, 120, 40)),
    (20.0, (252, 240, 160)),
)
"""The colours of a heat map: a CIEDE2000 and its sRGB; between two of them the colours run over."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The service a Job, a Result and a charge belong to. Rows of two origins are never mixed."""

    endpoint: str
    practice: bool


EMBEDDED_PRACTICE = Origin("practice", True)
"""The stand-in inside this program: its port changes with each run, its identity does not."""


CLAUSES = ("keep", "change", "ensure", "match")
_DOING_WORDS = """
    add adjust apply blur brighten colour color convert crop darken deepen draw even fill fix give
    lighten lower make move paint place put raise recolour recolor reduce relight remove render
    replace restore retouch rotate set sharpen show smooth soften straighten swap turn warm whiten
    write
""".split()  # noqa: SIM905 - a list of words reads best as words
_LEADS = "|".join(word.capitalize() for word in (*CLAUSES, *_DOING_WORDS))
_CLAUSE_START = re.compile(rf"(?<=[.!?])\s+(?=(?:{_LEADS})\b)")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The instruction as one text; the four clauses are a way to read and to write that text.

    The order Keep, Change, Ensure, Match is the one the service's prompting guide recommends.
    """

    text: str

    @classmethod
    def from_clauses(cls, clauses: Mapping[str, str]) -> Prompt:
        """Compose the text. What begins with a capital letter is a sentence already and stands as
        it is; a change that begins with a doing word ("replace the sky") needs no "Change"."""
        sentences = []
        for name in CLAUSES:
            clause = " ".join(clauses.get(name, "").split())
            if not clause:
                continue
            done = name == "change" and clause.split()[0].lower() in _DOING_WORDS
            if done or (name == "change" and clause[0].isupper()):
                sentence = clause[0].upper() + clause[1:]
            else:
                sentence = f"{name.capitalize()} {clause}"
            sentences.append(sentence if sentence[-1] in ".!?" else sentence + ".")
        return cls(" ".join(sentences))

    @property
    def clauses(self) -> dict[str, str]:
        """The text taken apart by its leading words; what none of them leads is the change."""
        parts: dict[str, list[str]] = {name: [] for name in CLAUSES}
        for sentence in _CLAUSE_START.split(" ".join(self.text.split())):
            head, _, rest = sentence.partition(" ")
            if head.lower() in CLAUSES and rest:
                parts[head.lower()].append(rest.removesuffix("."))
            elif sentence:
                parts["change"].append(sentence.removesuffix("."))
        joints = {name: "; " for name in CLAUSES} | {"change": ". "}
        return {name: joints[name].join(texts) for name, texts in parts.items()}

    @property
    def title(self) -> str:
        """What was asked, short enough for a list: the change, else the whole text."""
        text = self.clauses["change"] or " ".join(self.text.split())
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines one request."""

    model_id: str
    prompt: str
    guidance_scale: float
    aspect_ratio: str | None
    seed: int
    parent_version_id: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is kept with a Job."""

    kind: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Document:
    """One picture brought in. `size` is that of document space; `depth`: bits a channel of the
    file."""

    id: str
    sequence: int
    name: str
    source_path: str
    master_sha256: str
    size: Size
    format: str
    depth: int
    created_at: float
    current_version_id: str
    never_send: bool = False
    client: str = ""
    """Whom the work is for: a tag on its charges, chosen by the person."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A master too large to be copied: its bytes stay where the person has them.

    `path` is absolute; `length` and `changed_at` (nanoseconds) are those of the file when its
    bytes were last known to be these. `proxy_sha256` names a blob: the picture for screens.
    """

    sha256: str
    path: str
    length: int
    changed_at: int
    proxy_sha256: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A Result placed in document space.

    `placement` is affine, result pixels to document pixels: x' = a x + b y + c, y' = d x + e y + f,
    as (a, b, c, d, e, f). No mask means its whole frame.
    """

    result_id: str
    placement: tuple[float, float, float, float, float, float]
    mask_sha256: str | None = None
    opacity: float = 1.0
    blend: str = "normal"
    visible: bool = True

    @classmethod
    def filling(
        cls, result_id: str, result: Size, area: tuple[float, float, float, float]
    ) -> Layer:
        """The result stretched onto x, y, width and height in document space."""
        x, y, width, height = area
        return cls(result_id, (width / result.width, 0.0, x, 0.0, height / result.height, y))


Flag = Literal["", "pick", "reject"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the person says of a Version; may change at any time. `rating`: 0 (none) to 5."""

    name: str = ""
    rating: int = 0
    flag: Flag = ""
    note: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a Document, and what is said of it. `job_id` is None for the
    original."""

    id: str
    sequence: int
    document_id: str
    parent_ids: tuple[str, ...]
    layers: tuple[Layer, ...]
    job_id: str | None
    title: str
    practice: bool
    created_at: float
    annotation: Annotation = Annotation()

    @property
    def name(self) -> str:
        """What the person calls it, else what was asked for."""
        return self.annotation.name or self.title


@dataclass(frozen=True, slots=True)
class Act:
    """Something the person did to a Document, for undo: `kind` "current" moved its pointer from one
    version's id to another's (`version_id` is where to), "annotation" changed what is said of one.

    `state`: "undone" can be done again; "dropped" cannot, since something else was done instead.
    """

    sequence: int
    document_id: str
    kind: Literal["current", "annotation"]
    version_id: str
    before: str | Annotation
    after: str | Annotation
    at: float
    state: Literal["done", "undone", "dropped"]


@dataclass(frozen=True, slots=True)
class Trashed:
    """A document in the trash, or a version there with all that was made from it.

    `id` is the document's or the version's, `title` the version's ("" for a document), `name` what
    somebody called it; `versions` counts those that are there with it. It may be erased by itself
    from `erased_at` on.
    """

    id: str
    document_id: str
    document_name: str
    title: str
    versions: int
    at: float
    erased_at: float
    name: str = ""

    @property
    def is_document(self) -> bool:
        return self.id == self.document_id


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the history; what is left as it is here lets everything through.

    `text`: every word of it begins a word of the prompt, title, name, note, tags or file name.
    Times are from `since` on and before `until`; `cost` in millionths of a dollar, both ends
    included; `ratio` as it was asked for, "" for the picture's own; `practice`: with anything of
    practice in it, or without. `state`: Jobs in that state, of which only done ones have Versions.
    """

    text: str = ""
    since: float | None = None
    until: float | None = None
    rating: int = 0
    flag: Flag | None = None
    tag: str = ""
    seed: int | None = None
    ratio: str | None = None
    cost: tuple[int, int] | None = None
    state: JobState | None = None
    practice: bool | None = None
    document_id: str | None = None
    oldest_first: bool = False


class Line(NamedTuple):
    """One line of the history: a Version, or a Job that has made none (`version_id` is "" then).

    What a list shows, no more. `sequence` is its place: newer lines have higher ones. `cost`: what
    its Job was charged, or may have been, in millionths of a dollar, before refunds.
    """

    sequence: int
    version_id: str
    job_id: str
    document_id: str
    document_name: str
    title: str
    prompt: str
    seed: int | None
    ratio: str | None
    state: JobState | None
    cost: int
    practice: bool
    created_at: float
    name: str
    rating: int
    flag: Flag
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One picture received for a Job, kept exactly as it came.

    `server_seconds` is the service's own figure, `wall_seconds` from the click to the last byte.
    """

    id: str
    job_id: str
    output_index: int
    sha256: str
    length: int
    size: Size
    format: str
    frame: Frame
    origin: Origin
    model_id: str
    prediction_id: str
    seed: int
    price: int
    server_seconds: float | None
    wall_seconds: float
    nsfw: bool | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Job:
    """Our record of one permission to send one paid request.

    `input_sha256` names the blob with the very bytes that are sent. `hidden`: the person stopped
    caring; it is collected all the same.
    """

    id: str
    sequence: int
    batch_id: str
    document_id: str
    recipe: Recipe
    origin: Origin
    state: JobState
    price: int
    charged: Charged
    input_sha256: str
    input_length: int
    created_at: float
    updated_at: float
    permitted_at: float
    """When the person last clicked for it: only a fresh click lets a queued Job be sent."""
    account: str = ""
    """Tells one key's account from another's without saying anything of the key; see `Studio`."""
    upload_url: str | None = None
    uploaded_at: float | None = None
    sent_at: float | None = None
    clock_offset: float = 0.0
    """The service's clock minus ours when it was sent, seconds."""
    unsure_since: float | None = None
    prediction_id: str | None = None
    output_urls: tuple[str, ...] = ()
    nsfw: tuple[bool, ...] = ()
    server_seconds: float | None = None
    looks: int = 0
    """Counted by its state: refusals while `queued`, clean listings while `unsure`, empty answers
    while `running`."""
    quarantine: tuple[str, ...] = ()
    """Blobs with what was received, and paid for, and is no picture that can be read."""
    hidden: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class JobEvent:
    at: float
    state: JobState
    note: str


@dataclass(frozen=True, slots=True)
class Received:
    """One picture that came back, its bytes already kept as the blob `sha256`."""

    sha256: str
    length: int
    size: Size
    format: str
    output_index: int
    nsfw: bool | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prediction at the service that may be the lost answer to a Job's request.

    `created_at` by the service's clock. `received`: its pictures, fetched at once because fetching
    is free and the service deletes them after days. `refused`: the person said it is not theirs.
    """

    job_id: str
    prediction_id: str
    created_at: float | None
    received: tuple[Received, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """What one Job has cost, or may have; `refunded` of it came back. Money as everywhere.

    It outlives its Job: `erased` says that no more of that is left than stands here.
    """

    job_id: str
    document_id: str
    document_name: str
    client: str
    origin: Origin
    model_id: str
    seed: int
    state: JobState
    prediction_id: str | None
    updated_at: float
    """When its Job last moved."""
    at: float
    amount: int
    charged: Charged
    refunded: int
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Spend:
    """What an origin has charged for certain, and what it may have charged on top.

    What came back is taken off both: the bill lies between `certain` and `certain + possible`.
    """

    certain: int = 0
    possible: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What `runner.advance` did: the Job as it is now, when to come again (None: never), and the
    Versions that came of it."""

    job: Job
    again_in: float | None
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long act has come: `done` of `total` in `unit`; total 0 when unknown."""

    text: str
    done: int = 0
    total: int = 0
