"""Starts Chromium and drives its pages over the DevTools protocol."""

import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from websocket import WebSocket

REPORT = "gpuReport"


class BrowserError(Exception):
    pass


class Browser:
    """One Chromium with an empty profile. `on_report` gets what pages pass to the function gpuReport."""

    def __init__(self, binary, flags, log, on_report, timeout=25):
        self.on_report = on_report
        self.ids = itertools.count(1)
        self.waiting = {}
        self.closed = False
        self.profile = tempfile.mkdtemp(prefix="gpu-bench-")
        self.log = log
        command = [binary, "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "--no-first-run"]
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                [*command, *flags, "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
        try:
            port, path = self._wait_for_port(timeout)
            self.socket = WebSocket("127.0.0.1", int(port), path)
        except Exception:
            self._end()
            raise
        threading.Thread(target=self._read, daemon=True).start()

    def _wait_for_port(self, timeout):
        file = os.path.join(self.profile, "DevToolsActivePort")
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise BrowserError(f"Chromium ended with code {self.process.returncode}: {self.last_words()}")
            try:
                with open(file) as opened:
                    lines = opened.read().split("\n")
                if len(lines) >= 2 and lines[1]:
                    return lines[0], lines[1]
            except FileNotFoundError:
                pass
            time.sleep(0.05)
        raise BrowserError(f"Chromium opened no port: {self.last_words()}")

    def last_words(self, size=400):
        with open(self.log, "rb") as opened:
            return opened.read()[-size:].decode("utf8", "replace").strip()

    def _read(self):
        try:
            while True:
                text = self.socket.receive()
                if text is None:
                    break
                self._handle(json.loads(text))
        except (OSError, ConnectionError):
            pass
        self.closed = True
        for answer in list(self.waiting.values()):
            answer.put({"error": {"message": "the browser closed the connection"}})

    def _handle(self, message):
        if "id" in message:
            answer = self.waiting.pop(message["id"], None)
            if answer:
                answer.put(message)
        elif message["method"] == "Runtime.bindingCalled":
            self.on_report(message["params"]["payload"])
        elif message["method"] == "Inspector.targetCrashed":
            for answer in list(self.waiting.values()):
                answer.put({"error": {"message": "the page crashed"}})

    def send(self, method, params=None, session=None, timeout=30.0):
        number = next(self.ids)
        answer = self.waiting[number] = queue.Queue()
        message = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        try:
            got = answer.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(method) from None
        finally:
            self.waiting.pop(number, None)
        if "error" in got:
            raise BrowserError(got["error"]["message"])
        return got["result"]

    def page(self, url, timeout=30.0):
        end = time.monotonic() + timeout

        def ask(method, params=None, session=None):
            return self.send(method, params, session, max(0.1, end - time.monotonic()))

        target = ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Inspector"):
            ask(f"{domain}.enable", session=session)
        ask("Runtime.addBinding", {"name": REPORT}, session)
        ask("Page.navigate", {"url": url}, session)
        page = Page(self, target, session)
        page.wait_for('typeof gpuBench === "object"', end - time.monotonic())
        return page

    def close(self):
        try:
            if not self.closed:
                self.send("Browser.close", timeout=3)
        except (OSError, TimeoutError, BrowserError):
            pass
        self.socket.close()
        self._end()

    def _end(self):
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            # Its own session: nothing else is in that group.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session

    def send(self, method, params=None, timeout=30.0):
        return self.browser.send(method, params, self.session, timeout)

    def evaluate(self, expression, timeout=30.0):
        answer = self.send(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
            timeout,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError((details.get("exception", {}).get("description") or details.get("text", ""))[:600])
        return answer["result"].get("value")

    def wait_for(self, condition, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                if self.evaluate(condition, max(0.1, end - time.monotonic())):
                    return
            except BrowserError:
                # The page is being replaced.
                pass
            time.sleep(0.05)
        raise TimeoutError(f"the page did not open within {timeout:.0f} s")

    def close(self):
        self.browser.send("Target.closeTarget", {"targetId": self.target}, timeout=10)
