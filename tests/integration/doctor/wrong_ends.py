# SPDX-License-Identifier: Apache-2.0
"""What stands in the broker's place: a port that is silent, a portal that answers TLS with a page, a relay under another address, a broker
that lets nobody in."""
import contextlib
import socket
import ssl
import threading

PAGE = b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextlib.contextmanager
def listening(serve, host="127.0.0.1"):
    """The port of a server that hands each connection to `serve`; None: it says nothing."""
    with socket.create_server((host, 0)) as listener:
        kept = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    kept.append(connection)
                    if serve:
                        threading.Thread(target=quietly, args=(connection,), daemon=True).start()

        def quietly(connection):
            with contextlib.suppress(OSError):
                serve(connection)
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


def portal():
    def serve(connection):
        connection.recv(4096)
        connection.sendall(PAGE)
        connection.close()
    return listening(serve)


def relay(port, host):
    """Passes all on to that port of localhost."""
    def serve(connection):
        with socket.create_connection(("127.0.0.1", port)) as other:
            def pour(source, target):
                with contextlib.suppress(OSError):
                    while data := source.recv(65536):
                        target.sendall(data)
                    target.shutdown(socket.SHUT_WR)
            threading.Thread(target=pour, args=(other, connection), daemon=True).start()
            pour(connection, other)
    return listening(serve, host)


def refusing_broker(identities, reason):
    """Answers each CONNECT with that reason code of MQTT 5."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identities / "broker.crt", identities / "broker.key")
    context.load_verify_locations(identities / "devices-ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED

    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as tls:
            if tls.recv(4096):
                tls.sendall(bytes([0x20, 3, 0, reason, 0]))
                tls.recv(4096)
    return listening(serve)
