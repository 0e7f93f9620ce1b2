"""A whole journey in processes of their own: build, ask, serve, answer through each door; prints what came of it as JSON.

Usage: journey.py FOLDER, which has a corpus in it. Every command of faqbot runs in FOLDER/here with a HOME and a TMPDIR
of its own and with the most talkative log; where strace is found, what it does to files is written down in FOLDER/traces.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

PLANTED = "zebrafish"  # in every question, and nowhere else
QUESTION = f"does a {PLANTED} soften each step with a thick sole"
ALARM = f"{PLANTED} I can't feel my legs and I've wet myself"
CHROMIUM = Path("/usr/bin/chromium")
WRITING = "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
SENDING = "connect,sendto,sendmsg,sendmmsg"
NOWHERE = "192.0.2.1"  # RFC 5737: no host has it


def environment(folder: Path) -> dict[str, str]:
    """That of the test, without what points to other places, and with places of its own."""
    own = {"HOME": "home", "TMPDIR": "temporary"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FAQBOT_", "XDG_", "HF_HOME"))}
    return kept | {name: str(folder / place) for name, place in own.items()} | {
        "FAQBOT_LOG_LEVEL": "DEBUG",
        "HF_HUB_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def command(folder: Path, name: str, *arguments: str) -> list[str]:
    """The command line, with its traces where they can be had."""
    tracing = ["strace", "-f", "-qq", "--seccomp-bpf", "-y", "-s", "4096", "-e", f"trace={WRITING},{SENDING}"]
    trace = [*tracing, "-o", str(folder / "traces" / name)] if traceable() else []
    return [*trace, sys.executable, "-m", "faqbot", *arguments]


def traceable() -> bool:
    """Whether strace is here and may look on."""
    return bool(shutil.which("strace")) and not subprocess.run(["strace", "-qq", "-o", os.devnull, "true"]).returncode


def run(folder: Path, name: str, *arguments: str) -> dict[str, Any]:
    """One command to its end: its exit code and what it said."""
    done = subprocess.run(
        command(folder, name, *arguments),
        cwd=folder / "here",
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
    )
    return {"code": done.returncode, "out": done.stdout, "log": done.stderr}


def serve(folder: Path) -> dict[str, Any]:
    """The server from start to stop, with a visitor at each of its doors."""
    log = (folder / "serve.log").open("w+")
    server = subprocess.Popen(
        command(folder, "serve", "serve", "--index", str(folder / "index"), "--port", "0"),
        cwd=folder / "here",
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    assert server.stdout
    try:
        address = server.stdout.readline().rpartition(" ")[2].strip().rstrip("/")
        assert address, (folder / "serve.log").read_text()[-2000:]
        seen = visit(address)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        code = server.wait(30)
    log.seek(0)
    return {"code": code, "out": server.stdout.read(), "log": log.read(), **seen}


def visit(address: str) -> dict[str, Any]:
    """What each door of the server gives, wrong requests among them."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        ask = {"question": QUESTION, "history": [ALARM]}
        wrong = {
            "400": client.post("/api/answer", content=f"{{{PLANTED}", headers={"Content-Type": "application/json"}),
            "404": client.get(f"/api/{PLANTED}?q={PLANTED}"),
            "413": client.post("/api/answer", content=f"{PLANTED} " * 250_000),
            "422": client.post("/api/answer", json={"question": f"{PLANTED} " * 1000}),
            "431": client.get("/api/health", headers={"X-Long": PLANTED * 4000}),
        }
        return {
            "rest": client.post("/api/answer", json=ask).json(),
            "assess": client.post("/api/assess", json={"messages": [ALARM]}).json(),
            "page": client.get("/").text,
            "queue": queued(client, QUESTION),
            "wrong": {name: response.status_code for name, response in wrong.items()},
            "request_ids": [response.headers.get("x-request-id", "") for response in wrong.values()],
            "browser": browsed(address),
        }


def queued(client: httpx.Client, question: str) -> Any:
    """An answer through the queue that the page uses."""
    event = client.post("/gradio_api/call/answer", json={"data": [question, []]}).json()["event_id"]
    return json.loads(client.get(f"/gradio_api/call/answer/{event}").text.split("data: ")[-1])[0]


def browsed(address: str) -> str:
    """What a visitor reads as the answer; nothing where there is no browser."""
    if not CHROMIUM.exists():
        return ""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        page.locator("#question textarea").fill(QUESTION)
        page.locator("#send").click()
        page.locator(".exchange:not(:has(.welcome)) .found").wait_for()
        return page.locator(".exchange").last.inner_text()


def way_out() -> str:
    """Why nothing beyond this machine can be reached; empty where something may be."""
    with socket.socket() as plain:
        plain.settimeout(1)
        try:
            plain.connect((NOWHERE, 80))
        except TimeoutError:
            return ""
        except OSError as error:
            return str(error.strerror)
    return ""


def main(folder: Path) -> None:
    """The journey, and what is left in the places it should not have written to."""
    for name in ("here", "home", "temporary", "traces"):
        (folder / name).mkdir()
    started = time.monotonic()
    index = str(folder / "index")
    told = {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "way_out": way_out(),
        "build": run(folder, "build", "build", str(folder / "corpus"), "--index", index),
        "ask": run(folder, "ask", "ask", QUESTION, "--history", ALARM, "--index", index, "--json"),
        "refused": run(folder, "refused", "ask", f"{PLANTED} " * 1000, "--index", index),
        "serve": serve(folder),
        "left": sorted(
            path.relative_to(folder).as_posix()
            for place in ("here", "home", "temporary")
            for path in (folder / place).rglob("*")
        ),
        "traced": traceable(),
        "seconds": time.monotonic() - started,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
