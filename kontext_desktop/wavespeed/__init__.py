"""The only code that speaks HTTP to the service: blocking, without Qt, without a database."""

from kontext_desktop.wavespeed.api import is_loopback
from kontext_desktop.wavespeed.client import Client, Deadlines
from kontext_desktop.wavespeed.history import BillingRow
from kontext_desktop.wavespeed.wire import Prediction, explain_failure, submit_body

__all__ = [
    "BillingRow",
    "Client",
    "Deadlines",
    "Prediction",
    "explain_failure",
    "is_loopback",
    "submit_body",
]
