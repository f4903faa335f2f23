"""What is told of a server that is reached and is none of ours."""

import socketserver
import threading

import pytest

from rt_notebook import ConnectionLost, connect


class _Stranger(socketserver.StreamRequestHandler):
    """Answers in a protocol of its own."""

    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"220 mail.example ESMTP\r\n")


@pytest.fixture
def stranger():
    with socketserver.TCPServer(("127.0.0.1", 0), _Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def test_a_server_of_another_protocol_is_told_in_a_sentence(stranger):
    with pytest.raises(ConnectionLost, match="it does not speak WebSocket there"):
        connect(stranger, quiet=True)
