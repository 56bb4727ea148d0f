"""A client for WebSockets (RFC 6455) with the standard library only: text messages, no extensions."""

import base64
import os
import socket
import struct
import threading

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    def __init__(self, host, port, path, timeout=10):
        self.socket = socket.create_connection((host, port), timeout)
        self.buffer = b""
        self.sending = threading.Lock()
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self.socket.sendall(request.encode())
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(f"the browser refused the connection: {head[:200]!r}")
        self.socket.settimeout(None)

    def send(self, text):
        self._send_frame(TEXT, text.encode())

    def receive(self):
        """The next message; None when the connection is closed."""
        message = b""
        while True:
            final, opcode, data = self._receive_frame()
            if opcode == CLOSE:
                return None
            if opcode == PING:
                self._send_frame(PONG, data)
            elif opcode != PONG:
                message += data
                if final:
                    return message.decode()

    def close(self):
        # A thread that waits for data is woken only by a shutdown.
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def _send_frame(self, opcode, data):
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        # The mask protects proxies, of which there are none here. Zeros leave the data as it is.
        with self.sending:
            self.socket.sendall(head + bytes(4) + data)

    def _receive_frame(self):
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._take(8))
        if second & 0x80:
            raise ConnectionError("the browser sent a masked frame")
        return bool(first & 0x80), first & 0x0F, self._take(size)

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _fill(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the browser closed the connection")
        self.buffer += data
