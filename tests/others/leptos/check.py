#!/usr/bin/env python3
"""Checks the pages of the leptos application in Chromium: check.py <server program> <site root>.

Every page must hydrate without a line in the browser's console, with a snippet in front or without one. Two pages with a
node too many must fail: they show that this check can see a failure.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

WAIT = 60  # seconds, on a busy machine

# Directly to the server, even if the environment names a proxy.
open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@contextlib.contextmanager
def running(command, announcement, **options):
    """Starts a program in a process group of its own, yields what it announces, and ends the whole group."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
    try:
        for line in process.stdout:
            if found := re.search(announcement, line):
                yield found[1]
                return
        raise SystemExit(f"{command[0]} ended before it was ready")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(question, what):
    """Asks until the answer is truthy."""
    end = time.monotonic() + WAIT
    while not (answer := question()):
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.1)
    return answer


class Browser:
    """A session of WebDriver."""

    def __init__(self, driver, files):
        self.driver, self.path = driver, "/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={files}"]
        arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        options = {"binary": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": arguments}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.path += "/" + self.post("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def send(self, method, command, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.driver + self.path + command, data, method=method)
        try:
            with open_url(request, timeout=WAIT) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {command}: {error.read().decode()}") from None

    def post(self, command, body):
        return self.send("POST", command, body)

    def open(self, address):
        self.post("/url", {"url": address})

    def run(self, script):
        return self.post("/execute/sync", {"script": "return " + script, "args": []})

    def log(self):
        """The console's lines since the last call, at any level."""
        return [f"{entry['level']} {entry['message']}" for entry in self.post("/se/log", {"type": "browser"})]

    def close(self):
        self.send("DELETE", "")


def source(address, cookie=""):
    """The page as the server sends it to a browser."""
    navigation = {"Accept": "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Cookie": cookie}
    with open_url(urllib.request.Request(address, headers=navigation), timeout=WAIT) as answer:
        return answer.read().decode()


def is_hydrated(browser):
    return browser.run("'hydrated' in document.documentElement.dataset")


def hydrates(browser):
    """Waits until the open page is hydrated, and uses it."""
    until(lambda: is_hydrated(browser), "the page hydrates")
    assert browser.run("document.getElementById('greeting').textContent") == "Rendered by the server"
    assert browser.run("document.getElementById('count').textContent") == "0"
    browser.run("document.getElementById('count').click()")
    until(lambda: browser.run("document.getElementById('count').textContent") == "1", "the counter counts")
    assert browser.run("document.title") == "Clicks: 1", "the head is not hydrated"
    assert browser.run("document.querySelectorAll('[data-widget]').length") == 0, "the snippet is still there"


def fails(browser, address):
    """Opens a page that must not hydrate. The console must say so."""
    browser.open(address)
    lines = until(browser.log, "a message about the mismatch")
    time.sleep(0.5)
    lines += browser.log()
    assert any("hydration error" in line for line in lines), lines
    assert not is_hydrated(browser), "hydrated all the same"


def silent(browser, page):
    """Asserts that the console got no line at any level."""
    # Chromium reports a preloaded file that nothing used after three seconds.
    time.sleep(5)
    lines = browser.log()
    assert not lines, f"{page}: {lines}"
    print(f"ok: {page}")


def check(browser, address):
    stub = "window.vendorStubs?.intercom"

    def knows_user():
        until(lambda: browser.run(f"{stub}?.who") == "user-1", "the widget knows the user")
        assert browser.run(f"{stub}.errors") == []
        assert browser.run("document.querySelectorAll('#intercom-stub').length") == 1, "no launcher"

    signed_out = source(address)
    assert "Rendered by the server" in signed_out and "data-widget" not in signed_out
    browser.open(address)
    hydrates(browser)
    assert browser.run(f"{stub} ?? null") is None
    silent(browser, "a signed-out visitor's page has no snippet, and hydrates")

    signed_in = source(address, "user=user-1")
    assert "Rendered by the server" in signed_in and "data-widget" in signed_in
    assert "A moment" in signed_in, "the page does not stream: the fallback is missing"
    browser.post("/cookie", {"cookie": {"name": "user", "value": "user-1"}})
    browser.open(address)
    hydrates(browser)
    knows_user()
    silent(browser, "a user's page hydrates with the snippet in front, and the widget knows the user")

    browser.open(address + "/late")
    knows_user()
    until(lambda: browser.run("'hydrateLate' in window"), "the browser's half has loaded")
    assert not is_hydrated(browser)
    browser.run("setTimeout(window.hydrateLate)")
    hydrates(browser)
    knows_user()
    silent(browser, "a user's page hydrates around a messenger that is already there")

    browser.send("DELETE", "/cookie/user")
    assert "data-widget" in source(address, browser.run("document.cookie")), "no snippet to end the session"
    browser.open(address)
    hydrates(browser)
    until(lambda: not browser.run("document.cookie.includes('intercom-session')"), "the widget's session ends")
    assert browser.run(f"{stub}?.who ?? null") is None
    silent(browser, "the next page, whose snippet ends the session, hydrates")

    fails(browser, address + "/stray")
    print("ok: an element left in the head fails to hydrate, and the check sees it")
    fails(browser, address + "/changed")
    print("ok: a changed body fails to hydrate, and the check sees it")


def main(server, site_root):
    # SIGTERM must also end the programs that this one started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    chromedriver = os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as files,
        running([server, site_root], r"^(http://\S+)$") as address,
        running([chromedriver, "--port=0"], r"started successfully on port (\d+)") as port,
        contextlib.closing(Browser(f"http://127.0.0.1:{port}", files)) as browser,
    ):
        try:
            check(browser, address)
        except AssertionError:
            print("console:", *browser.log(), sep="\n  ", file=sys.stderr)
            raise


main(*sys.argv[1:])
