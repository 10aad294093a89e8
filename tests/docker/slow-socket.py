#!/usr/bin/env python3
"""Relays a unix socket, and lets each request wait.

  slow-socket.py TARGET LISTEN SECONDS
"""
import socket
import sys
import threading
import time


def relay(source, sink, delay):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            time.sleep(delay)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main():
    target, listen, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    server.listen(64)
    while True:
        client, _ = server.accept()
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(target)
        threading.Thread(target=relay, args=(client, engine, seconds), daemon=True).start()
        threading.Thread(target=relay, args=(engine, client, 0), daemon=True).start()


if __name__ == "__main__":
    main()
