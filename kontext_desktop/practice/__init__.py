"""A stand-in for the service on loopback: same HTTP API, any key, no cost, no AI.

A stranger to `wavespeed/` on purpose: sharing the client's parser would share its mistakes.
"""

from kontext_desktop.practice.book import Accepted
from kontext_desktop.practice.exchange import LoggedRequest
from kontext_desktop.practice.faults import Fault, FaultScript
from kontext_desktop.practice.server import PracticeService

__all__ = ["Accepted", "Fault", "FaultScript", "LoggedRequest", "PracticeService"]
