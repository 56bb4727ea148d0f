"""Runs the plan of a packed benchmark and prints its tables; drive.ts does the same with Node.

Results are written as they come. A measurement that fails, or takes longer than its time, does not stop the others.
"""

import argparse
import json
import os
import signal
import sys
import time

from browser import Browser, BrowserError
from serve import serve

HERE = os.path.dirname(os.path.abspath(__file__))
PACK = os.path.dirname(HERE)
# Kept of the time of a run for closing the browser and printing.
CLOSING_SECONDS = 10
START = time.monotonic()


def read_json(*path):
    with open(os.path.join(PACK, *path), encoding="utf8") as opened:
        return json.load(opened)


def say(text):
    print(text, flush=True)


class Run:
    def __init__(self, options, plan, url):
        self.options, self.plan, self.url = options, plan, url
        self.results = []
        self.browser = None
        self.flags = []
        self.log = os.path.join(options.out, "chromium.log")
        self.file = open(os.path.join(options.out, "results.jsonl"), "w", encoding="utf8")
        # SIGTERM ends the browser as well.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def left(self):
        return self.plan["seconds"] * self.options.patience - CLOSING_SECONDS - (time.monotonic() - START)

    def on_report(self, payload):
        message = json.loads(payload)
        line = message.pop("line")
        self.results.append(message)
        self.file.write(json.dumps(message) + "\n")
        self.file.flush()
        say(f"[{time.monotonic() - START:.1f}] {line}")

    def fail(self, name, reason):
        finding = {"type": "error", "reason": reason}
        self.on_report(json.dumps({"measurement": name, "finding": finding, "line": f"{name}: FAILED: {reason}"}))

    def start(self, flags):
        return Browser(self.options.chromium, flags, self.log, self.on_report, 25 * self.options.patience)

    def choose_flags(self):
        """The first way of starting Chromium that finds a card; the last one if none does."""
        known = read_json("flags.json")
        ways = known["ways"][-1:] if self.options.software else known["ways"]
        for way in ways:
            self.flags = known["common"] + way["flags"]
            browser = None
            try:
                browser = self.start(self.flags)
                timeout = 20 * self.options.patience
                found = browser.page(self.url, timeout).evaluate("gpuBench.adapter()", timeout)
            except (BrowserError, OSError, TimeoutError) as error:
                found = {"available": False, "reason": str(error)[-300:]}
            finally:
                if browser:
                    browser.close()
            say(f"{way['name']}: {found['description'] if found['available'] else found['reason']}")
            if found["available"] and not found["software"]:
                return
        say("No card was found: SwiftShader computes on the processor, so these times say nothing about a card.")

    def measure(self, measurement, later):
        name = measurement["name"]
        limit = self.left() - later * self.options.patience
        if limit < 2:
            self.fail(name, "no time was left")
            return
        end = time.monotonic() + limit
        try:
            if self.browser is None:
                self.browser = self.start(self.flags)
            page = self.browser.page(self.url, limit)
            seconds = max(0.1, end - time.monotonic())
            page.evaluate(f"gpuBench.run({json.dumps(name)}, {seconds})", seconds)
            page.close()
        except TimeoutError:
            self.fail(name, f"stopped after {limit:.0f} s")
            self.drop()
        except (BrowserError, OSError) as error:
            self.fail(name, str(error))
            self.drop()

    def drop(self):
        """What does not end may hold the graphics device, so the next measurement gets a new browser."""
        if self.browser:
            self.browser.close()
            self.browser = None

    def tables(self):
        """The page writes the tables, so that there is one program for them."""
        if self.browser is None:
            self.browser = self.start(self.flags)
        timeout = CLOSING_SECONDS * self.options.patience
        return self.browser.page(self.url, timeout).evaluate(f"gpuBench.summary({json.dumps(self.results)})", timeout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", required=True, help="the program to start")
    parser.add_argument("--out", required=True, help="the folder for results.jsonl, table.md and chromium.log")
    parser.add_argument("--software", action="store_true", help="do not look for a card: use SwiftShader")
    parser.add_argument("--only", action="append", default=[], help="measure this part of the plan; can be repeated")
    parser.add_argument("--patience", type=float, default=1, help="a factor for all times, for a slow machine")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    plan = read_json("page", "plan.json")
    server, url = serve(os.path.join(PACK, "page"), read_json("headers.json"))
    run = Run(options, plan, url)
    try:
        run.choose_flags()
        wanted = [each for each in plan["measurements"] if not options.only or each["name"] in options.only]
        for i, measurement in enumerate(wanted):
            run.measure(measurement, sum(each["seconds"] for each in wanted[i + 1 :]))
        table = run.tables()
        with open(os.path.join(options.out, "table.md"), "w", encoding="utf8") as opened:
            opened.write(table + "\n")
        say(f"\n{plan['model']}; results in {options.out}\n\n{table}\n")
    finally:
        run.drop()
        run.file.close()
        server.shutdown()
    say(f"{time.monotonic() - START:.0f} s")
    return 0 if run.results else 1


if __name__ == "__main__":
    sys.exit(main())
