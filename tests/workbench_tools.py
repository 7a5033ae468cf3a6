"""What tests of the workbench start from."""

from __future__ import annotations

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.model import Frame, Job, JobState, Origin, Recipe

JOB = Job(
    id="job",
    sequence=1,
    batch_id="batch",
    document_id="doc",
    recipe=Recipe(KONTEXT_MAX.id, "Make it warmer.", 3.5, None, 77, "v1", Frame(0, 0, 10, 10)),
    origin=Origin("https://api.example.com", False),
    state=JobState.QUEUED,
    price=80_000,
    charged="no",
    input_sha256="",
    input_length=0,
    created_at=100.0,
    updated_at=100.0,
    permitted_at=100.0,
)
