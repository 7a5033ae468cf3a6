"""What the service remembers: read in full or not at all, for an empty list decides about money."""

import json

import httpx
import pytest
from wavespeed_tools import Fake, example, reply

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import AccessError, NotSentError, ServiceError
from kontext_desktop.wavespeed import BillingRow, Deadlines, Prediction

NOON = 1_772_366_400.0
WINDOW = {"after": NOON, "before": NOON + 3600}
MODEL = KONTEXT_MAX.id
IDS = ["7a0d6c292ea64e75a259ebcfe8df5fa3", "22ca18351fa34f33b5850112073bc3a4"]

CALLS = {
    "list": lambda client: client.list_predictions(KONTEXT_MAX, **WINDOW),
    "billings": lambda client: client.list_charges(**WINDOW),
    "delete": lambda client: client.delete(IDS),
}
LISTS = ["list", "billings"]


def asking(name, *answers):
    """A client that gets these answers in turn, the last one for ever, and its `name` call."""
    waiting = list(answers)
    fake = Fake(lambda _: (waiting.pop(0) if len(waiting) > 1 else waiting[0])())
    return fake, lambda: CALLS[name](fake.client)


def saying(content, status=200):
    return lambda: reply(status, content)


def pages(name, *pages, more=None):
    """The answers to page 1, 2, ... with these entries."""
    made = []
    for number, items in enumerate(pages, 1):
        data = {"page": number, "items": items}
        if name == "billings":
            data["has_more"] = number < len(pages)
        made.append(saying({"code": 200, "message": "success", "data": data | (more or {})}))
    return made


def entries(name, count, start=0):
    model = example(name)["data"]["items"][0]
    word = "id" if name == "list" else "uuid"
    return [model | {word: f"{number:032x}"} for number in range(start, start + count)]


def bodies(fake):
    return [json.loads(request.content) for request in fake.requests]


# The documented shapes


def test_the_listed_edits_are_read_in_full():
    fake, call = asking("list", saying(example("list")))
    failed, completed = call()
    assert [failed.id, completed.id] == IDS
    assert (failed.outcome, failed.error_code, failed.model) == ("failed", 1402, MODEL)
    assert completed.outputs[0].endswith("/1.jpeg")
    assert completed.created_at == pytest.approx(NOON + 0.948268)
    assert fake.paths == ["/api/v3/predictions"]
    assert bodies(fake) == [
        {
            "page": 1,
            "page_size": 100,
            "model": MODEL,
            "created_after": "2026-03-01T12:00:00.000Z",
            "created_before": "2026-03-01T13:00:00.000Z",
        }
    ]


def test_charges_are_read_in_whole_millionths():
    fake, call = asking("billings", saying(example("billings")))
    assert call() == [
        BillingRow("refund", 80_000, pytest.approx(NOON + 60.948268), IDS[0]),
        BillingRow("deduct", 80_000, pytest.approx(NOON + 30.948268), IDS[0]),
    ]
    assert fake.paths == ["/api/v3/billings/search"]
    assert bodies(fake) == [
        {
            "page": 1,
            "page_size": 100,
            "start_time": "2026-03-01T12:00:00.000Z",
            "end_time": "2026-03-01T13:00:00.000Z",
        }
    ]


def test_a_deletion_names_its_ids_and_counts():
    fake, call = asking("delete", saying(example("delete")))
    assert call() == 1
    assert fake.paths == ["/api/v3/predictions/delete"]
    assert bodies(fake) == [{"ids": IDS}]


def test_deleting_nothing_asks_nothing_and_an_odd_id_is_never_named():
    fake, _ = asking("delete", saying(example("delete")))
    assert fake.client.delete([]) == 0
    with pytest.raises(ServiceError):
        fake.client.delete([IDS[0], "../../balance"])
    assert fake.requests == []


def test_a_negative_price_is_the_same_amount_of_money():
    row = example("billings")["data"]["items"][0] | {"price": -0.08}
    _, call = asking("billings", *pages("billings", [row]))
    assert call()[0].amount == 80_000


def test_a_window_is_never_narrowed_by_rounding():
    fake, _ = asking("list", *pages("list", []))
    fake.client.list_predictions(KONTEXT_MAX, after=NOON + 0.0019, before=NOON + 0.0011)
    (body,) = bodies(fake)
    assert body["created_after"].endswith("12:00:00.001Z")
    assert body["created_before"].endswith("12:00:00.002Z")


@pytest.mark.parametrize("at", [-1e18, -1.0, 1e13])
def test_a_window_no_calendar_has_is_still_a_window(at):
    fake, _ = asking("list", *pages("list", []))
    assert fake.client.list_predictions(KONTEXT_MAX, after=at, before=at) == []


# Pages


@pytest.mark.parametrize("name", LISTS)
def test_all_pages_are_read_and_each_entry_is_once(name):
    first, second = entries(name, 100), entries(name, 40, start=60)
    fake, call = asking(name, *pages(name, first, second))
    found = call()
    assert len(found) == 100
    assert [body["page"] for body in bodies(fake)] == [1, 2]
    if name == "list":
        assert len({prediction.id for prediction in found}) == 100


@pytest.mark.parametrize("name", LISTS)
def test_a_full_last_page_may_be_followed_by_an_empty_one(name):
    fake, call = asking(name, *pages(name, entries(name, 100), []))
    assert len(call()) == 100
    assert len(fake.requests) == 2


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_page_is_an_empty_list(name):
    fake, call = asking(name, *pages(name, []))
    assert call() == []
    assert len(fake.requests) == 1


@pytest.mark.parametrize("name", LISTS)
def test_a_list_without_end_is_no_answer(name):
    page = {"page": 1, "has_more": True, "items": entries(name, 100)}

    def answer(request):
        data = page | {"page": json.loads(request.content)["page"]}
        return reply(200, {"code": 200, "data": data})

    fake = Fake(answer)
    with pytest.raises(ServiceError, match="more entries"):
        CALLS[name](fake.client)
    assert len(fake.requests) == 50


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "second",
    [
        saying({"code": 429, "message": "slow down"}, 429),
        saying({"code": 500}, 500),
        saying(b"<html>gateway</html>"),
        saying({"code": 200, "data": {"page": 1, "has_more": False, "items": []}}),
    ],
)
def test_half_a_list_is_no_list(name, second):
    fake, call = asking(name, pages(name, entries(name, 100), [])[0], second)
    with pytest.raises(ServiceError):
        call()
    assert len(fake.requests) == 2


def test_a_bill_that_promises_more_and_gives_nothing_is_no_bill():
    _, call = asking("billings", *pages("billings", [], [])[:1])
    with pytest.raises(ServiceError):
        call()


def test_a_short_page_is_not_the_last_where_the_service_counts_more():
    items = entries("list", 70)
    fake, call = asking("list", *pages("list", items[:50], items[50:], more={"total": 70}))
    assert len(call()) == 70
    assert len(fake.requests) == 2
    _, call = asking("list", *pages("list", items[:50], [], more={"total": 70}))
    with pytest.raises(ServiceError):
        call()
    _, call = asking("list", *pages("list", [], more={"total": 1}))
    with pytest.raises(ServiceError):
        call()


# What may not pass for less


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 200),
        (b"null", 200),
        (b"[]", 200),
        (b"{", 200),
        (b"<html>sign in</html>", 200),
        (b"", 302),
        ({}, 200),
        ({"data": {"page": 1, "items": [], "has_more": False, "deleted_count": 0}}, 200),
        ({"code": 200}, 200),
        ({"code": 200, "data": None}, 200),
        ({"code": 200, "data": []}, 200),
        ({"code": 200, "data": {}}, 200),
        ({"code": 200, "items": [], "page": 1, "has_more": False, "deleted_count": 0}, 200),
        ({"code": 200, "data": {"items": [], "has_more": False, "deleted_count": 0}}, 206),
        ({"code": 400, "message": "no"}, 400),
        ({"code": 404}, 404),
        ({"code": 500}, 200),
        ({"code": 503}, 503),
    ],
)
def test_an_answer_that_is_none_is_never_an_empty_list(name, content, status):
    _, call = asking(name, saying(content, status))
    with pytest.raises(ServiceError):
        call()


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_cut_short_anywhere_is_never_an_empty_list(name):
    whole = json.dumps(example(name)).encode()
    for length in range(0, len(whole), 7):
        _, call = asking(name, saying(whole[:length]))
        with pytest.raises(ServiceError):
            call()


ODD = [None, True, 7, -1, 1.5, "", "odd", [], ["odd"], {}, {"odd": 1}]


COUNTING = {
    "list": ["items", "items.0", "items.1.id"],
    "billings": [
        "items",
        "has_more",
        "items.0",
        "items.1.uuid",
        "items.0.billing_type",
        "items.0.prediction.uuid",
    ],
    "delete": ["deleted_count"],
}
FINE = [("items", []), ("items", None), ("items.1.uuid", "odd"), ("deleted_count", 7)]


@pytest.mark.parametrize(
    ("name", "path", "odd"),
    [
        (name, path, odd)
        for name, paths in COUNTING.items()
        for path in paths
        for odd in ODD
        if (path, odd) not in FINE
    ],
    ids=str,
)
def test_a_mistyped_field_that_counts_spoils_the_whole_answer(name, path, odd):
    content = example(name)
    _put(content["data"], path, odd)
    _, call = asking(name, saying(content))
    with pytest.raises(ServiceError):
        call()


@pytest.mark.parametrize("name", LISTS)
def test_null_is_an_empty_list_on_a_page_that_is_numbered_and_nowhere_else(name):
    content = example(name)
    content["data"]["items"] = None
    _, call = asking(name, saying(content))
    assert call() == []
    del content["data"]["page"]
    _, call = asking(name, saying(content))
    with pytest.raises(ServiceError):
        call()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("odd", [*ODD, 2, "1", 1.0], ids=str)
def test_a_page_that_is_not_the_one_asked_for_is_none(name, odd):
    content = example(name)
    content["data"]["page"] = odd
    _, call = asking(name, saying(content))
    with pytest.raises(ServiceError):
        call()


def test_a_page_without_a_number_is_taken_for_the_one_asked_for():
    content = example("list")
    del content["data"]["page"]
    _, call = asking("list", saying(content))
    assert len(call()) == 2


@pytest.mark.parametrize("odd", ["odd", [], {}, True, 1.5], ids=str)
def test_a_count_that_cannot_be_read_spoils_the_list(odd):
    _, call = asking("list", *pages("list", [], more={"total": odd}))
    with pytest.raises(ServiceError):
        call()


@pytest.mark.parametrize("odd", ["", "odd", [], {}, True, None, "0.08"], ids=str)
def test_a_charge_without_an_amount_is_no_charge_of_nothing(odd):
    content = example("billings")
    _put(content["data"], "items.1.price", odd)
    _, call = asking("billings", saying(content))
    with pytest.raises(ServiceError):
        call()


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        *[("list", f"items.0.{name}") for name in ("status", "outputs", "error", "timings")],
        *[("list", f"items.0.{name}") for name in ("created_at", "has_nsfw_contents", "urls")],
        *[("billings", f"items.0.{name}") for name in ("created_at", "order")],
        ("billings", "items.0.prediction.status"),
    ],
)
def test_a_mistyped_field_that_does_not_count_loses_no_entry(name, path, odd):
    content = example(name)
    _put(content["data"], path, odd)
    _, call = asking(name, saying(content))
    assert len(call()) == 2


def _put(holder, path, value):
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        holder = holder[step]
    holder[last] = value


def test_a_row_without_a_prediction_is_still_money():
    row = example("billings")["data"]["items"][0]
    del row["prediction"]
    _, call = asking("billings", *pages("billings", [row]))
    assert (call()[0].amount, call()[0].prediction_id) == (80_000, None)


# Model and window, once more on this side


def test_another_model_s_edits_are_left_out_and_nameless_ones_kept():
    mine, other, nameless = entries("list", 3)
    other["model"] = f"{MODEL}/multi"
    del nameless["model"]
    _, call = asking("list", *pages("list", [mine, other, nameless]))
    assert [prediction.id for prediction in call()] == [mine["id"], nameless["id"]]


@pytest.mark.parametrize("name", LISTS)
def test_what_lies_outside_the_window_is_left_out_and_the_timeless_kept(name):
    times = ["2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z", "2026-03-01T13:00:01Z", None]
    items = [item | {"created_at": at} for item, at in zip(entries(name, 4), times, strict=True)]
    _, call = asking(name, *pages(name, items))
    found = call()
    at = [x.created_at if isinstance(x, Prediction) else x.at for x in found]
    assert at == [NOON, None]


# Refusals


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("status", "file"), [(403, "refused_role"), (401, "refused_key")])
def test_a_key_without_the_right_is_a_matter_of_the_key(name, status, file):
    _, call = asking(name, saying(example(file), status))
    with pytest.raises(AccessError) as caught:
        call()
    assert example(file)["message"] in caught.value.message


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("said", "wait"),
    [("30", 30), ("Sun, 01 Mar 2026 12:00:30 GMT", 30), ("soon", None), (None, None)],
)
def test_too_many_questions_say_how_long_to_wait(name, said, wait):
    head = {"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    head |= {} if said is None else {"Retry-After": said}
    _, call = asking(name, lambda: reply(429, example("refused_rate"), head))
    with pytest.raises(ServiceError) as caught:
        call()
    assert (caught.value.retry, caught.value.retry_after) == (True, wait)
    assert caught.value.charged == "no"


@pytest.mark.parametrize("name", CALLS)
def test_a_question_that_never_left_is_told_from_one_without_an_answer(name):
    def refuse():
        raise httpx.ConnectError("refused")

    def lose():
        raise httpx.ReadError("reset")

    for failing, kind in ((refuse, NotSentError), (lose, ServiceError)):
        _, call = asking(name, failing)
        with pytest.raises(ServiceError) as caught:
            call()
        assert type(caught.value) is kind
        assert caught.value.retry


def test_many_slow_pages_have_one_deadline_together():
    clock = [0.0]

    def answer(request):
        clock[0] += 15
        number = json.loads(request.content)["page"]
        data = {"page": number, "items": entries("list", 100, start=100 * number)}
        return reply(200, {"code": 200, "data": data})

    fake = Fake(answer, now=lambda: clock[0], deadlines=Deadlines(listing=40))
    with pytest.raises(ServiceError) as caught:
        fake.client.list_predictions(KONTEXT_MAX, **WINDOW)
    assert caught.value.retry
    assert len(fake.requests) == 3
