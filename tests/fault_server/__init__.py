"""A real HTTP server in front of a real practice service, which spoils single exchanges by script.

wire      a socket as whole messages: a request that arrived, a reply of the service
exchange  one request and the few things that can be done to its answer
faults    the table of everything that can go wrong, by name, and for which operation it makes sense
mutations every way in which one field of a reply can be wrong
server    the ports, the script, and what tests may look at

    with FaultServer(folder) as server:
        server.spoil("submit", "lost-reply")
        client = Client(server.url, ...)
        ...
        assert server.accepted_posts == 1
"""

from fault_server.exchange import Exchange
from fault_server.faults import FAULTS, FAULTS_OF, PATIENT, Spoil
from fault_server.mutations import mutations
from fault_server.server import FaultServer
from fault_server.wire import Arrival, Reply

__all__ = [
    "FAULTS",
    "FAULTS_OF",
    "PATIENT",
    "Arrival",
    "Exchange",
    "FaultServer",
    "Reply",
    "Spoil",
    "mutations",
]
