"""Servers on loopback and clients of them, which end with the test."""

import contextlib
import time

import pytest
from wavespeed_tools import Server

from kontext_desktop.wavespeed import Client, Deadlines


@pytest.fixture
def serve():
    servers = []

    def start(script, tls=None):
        servers.append(Server(script, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def make():
    with contextlib.ExitStack() as stack:

        def connect(endpoint, *, now=time.monotonic, wall=time.time, **seconds):
            client = Client(
                endpoint,
                lambda: "some-key",
                version="0",
                deadlines=Deadlines(**seconds),
                now=now,
                wall=wall,
            )
            return stack.enter_context(client)

        yield connect
