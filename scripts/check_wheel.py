"""Build the wheel, install it in an empty environment, and ask it from a folder without the checkout.

python scripts/check_wheel.py INDEX: installs the extra [web] with its dependencies, which takes minutes.
Exit code 1 where something is missing.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHECK = """
import json, sys
from fastapi.testclient import TestClient
from faqbot import FaqBot, assess
from faqbot.server.app import create_app
from faqbot.settings import Settings
bot = FaqBot.load(sys.argv[1])
with TestClient(create_app(bot, Settings())) as client:
    paths = ("/", "/widget.js", "/own/page.css", "/api/docs", "/api/docs/swagger-ui.css", "/api/ready")
    status = {path: client.get(path).status_code for path in paths}
    answer = client.post("/api/answer", json={"question": bot.examples(1)[0]}).json()
level = assess(["my back hurts", "and now I can't pee"]).level
print(json.dumps({"status": status, "band": answer["band"], "level": level, "file": sys.modules["faqbot"].__file__}))
"""


def main(index: str) -> int:
    """Build, install and ask; print what was found."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
        subprocess.run(build, check=True)
        (wheel,) = folder.glob("faqbot-*.whl")
        venv.create(folder / "env", with_pip=True)
        python = str(folder / "env" / "bin" / "python")
        install = [python, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), f"{wheel}[web]", "httpx"]
        subprocess.run(install, check=True)
        done = subprocess.run(
            [python, "-c", CHECK, str(Path(index).resolve())], cwd=folder, capture_output=True, text=True, check=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(found, indent=2))
    outside = str(ROOT) not in found["file"]
    return int(set(found["status"].values()) != {200} or found["level"] != "emergency" or not outside)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
