"""Every call of the client against everything that can go wrong with it, on real sockets.

Whatever happens, a call ends in a value that is true or in an error that can be shown; and what
costs money is sent once, with nothing said of it that the service's ledger does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from canary import KEY
from fault_server import FAULTS_OF, PATIENT, FaultServer, Spoil, mutations

from kontext_desktop.catalog import KONTEXT_MAX, USD
from kontext_desktop.errors import (
    AccessError,
    KontextError,
    NotSentError,
    RefusedError,
    UnansweredError,
)
from kontext_desktop.wavespeed import BillingRow, Client, Deadlines, Prediction, submit_body

STEADY = Deadlines(connect=10, answer=10, submit=10, upload=10, download=10)
HASTY = Deadlines(connect=10, answer=0.3, submit=0.3, upload=0.3, download=0.3, listing=0.3)
"""For faults that only a deadline ends."""

EVER = {"after": 0.0, "before": 4e9}
UNKNOWN = "f" * 32


@dataclass
class Scene:
    """A service with one finished edit, a client, and what to call."""

    server: FaultServer
    image: str
    prediction_id: str
    output: str
    picture: bytes
    client: Client = field(init=False)

    def body(self, image: str) -> dict[str, object]:
        return submit_body(
            KONTEXT_MAX,
            prompt="Warmer.",
            image=image,
            seed=7,
            guidance_scale=3.5,
            aspect_ratio=None,
        )

    def upload(self) -> str:
        return self.client.upload(b"\x89PNG" * 1000, "5d1c.png", "image/png")

    def upload_without_tickets(self) -> str:
        self.server.spoil("upload-ticket", "404-before")
        return self.upload()

    def submit(self) -> Prediction:
        """Accepted and charged; its picture cannot be fetched, so no time is spent on painting."""
        nowhere = self.server.storage_url + "/media/nowhere"
        return self.client.submit(KONTEXT_MAX, self.body(nowhere))

    def submit_prepared(self) -> Prediction:
        self.client.prepare_submit()
        return self.submit()

    def look_and_fetch(self) -> Prediction:
        prediction = self.client.get_result(self.prediction_id)
        for url in prediction.outputs:
            self.client.download(url)
        return prediction

    def download(self) -> bytes:
        return self.client.download(self.output)

    def get_price(self) -> int:
        return self.client.get_price(KONTEXT_MAX, self.body(self.image))

    def get_balance(self) -> int:
        return self.client.get_balance()

    def list_predictions(self) -> list[Prediction]:
        return self.client.list_predictions(KONTEXT_MAX, **EVER)

    def list_charges(self) -> list[BillingRow]:
        return self.client.list_charges(**EVER)

    def delete(self) -> int:
        return self.client.delete([UNKNOWN])

    # What is true of a value

    def is_upload(self, value: object) -> bool:
        return isinstance(value, str) and value.startswith(f"{self.server.storage_url}/media/")

    def is_submitted(self, value: object) -> bool:
        return isinstance(value, Prediction) and value.id == self.server.ledger[-1].id

    def is_look(self, value: object) -> bool:
        return isinstance(value, Prediction) and value.id == self.prediction_id

    def is_output(self, value: object) -> bool:
        return value == self.picture

    def is_price(self, value: object) -> bool:
        return value == KONTEXT_MAX.price

    def is_balance(self, value: object) -> bool:
        return value == 10 * USD - sum(x.price for x in self.server.ledger) % (10 * USD)

    def is_list(self, value: object) -> bool:
        """All of them: a list with less in it would say that an edit was never made."""
        assert isinstance(value, list)
        return {found.id for found in value} == {accepted.id for accepted in self.server.ledger}

    def is_bill(self, value: object) -> bool:
        assert isinstance(value, list)
        found = {(row.kind, row.amount, row.prediction_id) for row in value}
        return found == {("deduct", x.price, x.id) for x in self.server.ledger}

    def is_deleted(self, value: object) -> bool:
        return value == 0


class Call(NamedTuple):
    operation: str
    make: Callable[[Scene], object]
    is_true: Callable[[Scene, object], bool]


CALLS = {
    "upload-ticket": Call("upload-ticket", Scene.upload, Scene.is_upload),
    "upload-put": Call("upload-put", Scene.upload, Scene.is_upload),
    "upload-binary": Call("upload-binary", Scene.upload_without_tickets, Scene.is_upload),
    "list": Call("list", Scene.list_predictions, Scene.is_list),
    "billings": Call("billings", Scene.list_charges, Scene.is_bill),
    "delete": Call("delete", Scene.delete, Scene.is_deleted),
    "submit": Call("submit", Scene.submit, Scene.is_submitted),
    "submit-prepared": Call("submit", Scene.submit_prepared, Scene.is_submitted),
    "result": Call("result", Scene.look_and_fetch, Scene.is_look),
    "output": Call("output", Scene.download, Scene.is_output),
    "price": Call("price", Scene.get_price, Scene.is_price),
    "balance": Call("balance", Scene.get_balance, Scene.is_balance),
}
"""Each call with the operation it leads to, and with what its value must be."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Scene]:
    sample = (root / "resources/samples/still-life.jpg").read_bytes()
    folder = tmp_path_factory.mktemp("service")
    with (
        FaultServer(folder, refund_after=1e9) as server,
        Client(server.url, lambda: KEY, version="0") as client,
    ):
        image = client.upload(sample, "5d1c.jpg", "image/jpeg")
        scene = Scene(server, image, "", "", b"")
        prediction = client.submit(KONTEXT_MAX, scene.body(image))
        while prediction.outcome == "running":
            prediction = client.get_result(prediction.id)
        scene.prediction_id, (scene.output,) = prediction.id, prediction.outputs
        scene.picture = client.download(scene.output)
        yield scene


@pytest.fixture
def meet(finished: Scene) -> Iterator[Callable[[Deadlines], Scene]]:
    """The scene with a new client, a clean record and nothing spoilt."""
    server, clients = finished.server, []

    def meet(deadlines: Deadlines) -> Scene:
        finished.client = Client(server.url, lambda: KEY, version="0", deadlines=deadlines)
        clients.append(finished.client)
        return finished

    server.requests.clear()
    server.spoilt.clear()
    server.finished.clear()
    yield meet
    for client in clients:
        client.close()
    server.calm()


@dataclass(frozen=True)
class Outcome:
    """How a spoilt call ended: in a value, or in an error of ours. `charged`: new in the ledger."""

    value: object
    error: KontextError | None
    charged: list[str]


def spoilt(scene: Scene, call: Call, spoil: Spoil) -> Outcome:
    """Make the call, with the next exchange of its operation spoilt."""
    before = len(scene.server.ledger)
    value, error = None, None
    scene.server.spoil(call.operation, spoil)
    try:
        value = call.make(scene)
    except KontextError as caught:
        error = caught
    assert spoil in scene.server.spoilt
    return Outcome(value, error, [accepted.id for accepted in scene.server.ledger[before:]])


def judge(scene: Scene, operation: str, outcome: Outcome) -> None:
    """What is true of any outcome."""
    if outcome.error is not None:
        check_words(outcome.error)
    judge_money(operation, outcome)
    check_key(scene.server, operation)


def check_words(error: KontextError) -> None:
    for words in (error.message, error.hint):
        assert words.strip()
        assert words.isprintable()
        assert len(words) < 500
    assert KEY not in str(vars(error))


def judge_money(operation: str, outcome: Outcome) -> None:
    """Nothing is said of the money that the ledger does not say."""
    error = outcome.error
    assert len(outcome.charged) <= (operation == "submit")
    if operation != "submit":
        assert error is None or error.charged == "no"
    elif isinstance(error, NotSentError | RefusedError | AccessError):
        assert error.charged == "no"
        assert outcome.charged == []
    elif error is not None:
        assert isinstance(error, UnansweredError)
    else:
        assert isinstance(outcome.value, Prediction)
        assert outcome.charged == [outcome.value.id]


def check_key(server: FaultServer, operation: str) -> None:
    """The key goes to the service's own port, and a redirect of the API goes nowhere."""
    assert all(request.operation != "other" for request in server.requests if request.door == "api")
    for request in server.requests:
        if request.door != "api":
            assert KEY.encode() not in request.head + request.body
        if request.door == "elsewhere":
            assert operation == "output"


def is_another_picture(name: str) -> bool:
    """Whole bytes, and the wrong ones: only who opens them can tell."""
    elsewhere = name.endswith(
        ("-elsewhere", "-other-host", "-elsewhere-after", "-other-host-after")
    )
    return elsewhere or name in (
        "200-page-before",
        "html-inside",
        "cut-short",
        "another-picture",
        "bomb",
    )


STAYING = {"extra-bytes", "answer-twice", "304-before", "continue-flood", "says-close-and-stays"}
"""Faults that leave more on an open connection than was to be said, or seem to."""

CELLS = [
    pytest.param(call, name, id=f"{what}-{name}")
    for what, call in CALLS.items()
    for name in FAULTS_OF[call.operation]
]


BELIEVED = {
    "price": ("price=0",),
    "balance": ("balance=0", "balance=-1"),
    "billings": (
        "data.items=[]",
        "data.items=null",
        "data.items.0=missing",
        ".price=0",
        ".price=-1",
        ".prediction=null",
        ".prediction=missing",
    ),
    "list": ("data.items=[]", "data.items=null", "data.items.0=missing", '.model="x"'),
}
"""Changes that are only another truth: where the service's word is all there is."""


@pytest.mark.parametrize(
    "operation", sorted({call.operation for call in CALLS.values()} - {"upload-put", "output"})
)
def test_any_field_of_a_reply_may_be_wrong_or_missing(
    meet: Callable[[Deadlines], Scene], operation: str
) -> None:
    scene, call = meet(STEADY), CALLS[operation]
    call.make(scene)
    reply = next(x.reply for x in reversed(scene.server.requests) if x.operation == operation)
    assert reply is not None
    for name, path, value in mutations(reply.document):
        outcome = spoilt(scene, call, Spoil("field", path=path, value=value))
        try:
            judge(scene, operation, outcome)
            if outcome.error is None and not name.endswith(BELIEVED.get(operation, ())):
                assert call.is_true(scene, outcome.value)
        except AssertionError as error:
            raise AssertionError(name) from error


@pytest.mark.parametrize(
    ("call", "name"), [cell for cell in CELLS if cell.values[1] not in PATIENT]
)
def test_a_fault_ends_in_a_true_value_or_our_error_and_is_over_with_the_next_call(
    meet: Callable[[Deadlines], Scene], call: Call, name: str
) -> None:
    scene = meet(STEADY)
    outcome = spoilt(scene, call, FAULTS_OF[call.operation][name])
    judge(scene, call.operation, outcome)
    if outcome.error is None and not (call.operation == "output" and is_another_picture(name)):
        assert call.is_true(scene, outcome.value)
    if call.operation == "submit":
        assert sum(request.operation == "submit" for request in scene.server.requests) <= 1
    if name not in STAYING:
        scene.server.calm()
    assert call.is_true(scene, call.make(scene))


@pytest.mark.parametrize(("call", "name"), [cell for cell in CELLS if cell.values[1] in PATIENT])
def test_a_fault_without_end_is_ended_by_the_deadline(
    meet: Callable[[Deadlines], Scene], call: Call, name: str
) -> None:
    scene = meet(HASTY)
    spoil = FAULTS_OF[call.operation][name]
    outcome = spoilt(scene, call, spoil)
    judge(scene, call.operation, outcome)
    assert outcome.error is not None
    assert "ReadTimeout" in outcome.error.detail
    assert spoil not in scene.server.finished


@pytest.mark.parametrize("what", CALLS)
def test_in_an_outage_nothing_is_sent_and_afterwards_all_is_well(
    meet: Callable[[Deadlines], Scene], what: str
) -> None:
    scene, call = meet(STEADY), CALLS[what]
    assert call.is_true(scene, call.make(scene))
    charged = len(scene.server.ledger)
    scene.server.away()
    with pytest.raises(NotSentError) as caught:
        call.make(scene)
    check_words(caught.value)
    assert len(scene.server.ledger) == charged
    scene.server.calm()
    scene.server.back()
    assert call.is_true(scene, call.make(scene))
