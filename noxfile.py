"""Every command of this project: `python3 noxfile.py [-s session] [-- arguments]`.

Needs nothing but Python 3.11 or newer and its venv module. Run as a script, it makes `.nox/boot` (nox and uv) when that
is missing and runs itself with it. All sessions share one development environment, `.nox/env`, which follows
requirements-dev.txt: it is brought up to date when that file changed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import which

HERE = Path(__file__).resolve().parent
BOOT = HERE / ".nox" / "boot"
ENV = HERE / ".nox" / "env"
RUNTIME = HERE / ".nox" / "runtime"
BOOT_PACKAGES = ("nox==2026.10.20", "uv==0.13.9")
LOCK = HERE / "requirements-dev.txt"
UV = BOOT / "bin" / "uv"
PYTHON = ENV / "bin" / "python"
EMULATORS = HERE / "local" / "emulators"
CLIENT = HERE / "client"
NODE = (20, 19)  # client/package.json, engines
WIDGET = CLIENT / "widget" / "dist" / "widget.js"

NO_VENV = """Python's venv module is missing or incomplete. On Debian and Ubuntu: apt install python3-venv
Then run this command again."""
NO_NPM = """The web chat's widget is built with npm, which is not here.
Install Node 20.19 or newer with npm (nodejs.org), then run this command again."""
OLD_NODE = """The web chat's widget needs Node 20.19 or newer; this is {}.
Install a newer one (nodejs.org), then run this command again."""
OLD_PYTHON = "This project needs Python 3.11 or newer; this is {}.{}. Try: python3.11 noxfile.py"


def bootstrap() -> None:
    """Replaces this process by nox, from an environment of our own. Exits with a sentence where that cannot be made."""
    if sys.version_info < (3, 11):  # noqa: UP036  # somebody may well run it with an older one
        sys.exit(OLD_PYTHON.format(*sys.version_info[:2]))
    ready = BOOT / "ready"
    wanted = f"{sys.version_info[:2]} {' '.join(BOOT_PACKAGES)}"
    if not ready.is_file() or ready.read_text() != wanted:
        _make_boot()
        ready.write_text(wanted)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # every start of nox would compile it again
    python = str(BOOT / "bin" / "python")
    arguments = ["--list"] if sys.argv[1:] in (["-h"], ["--help"]) else sys.argv[1:]
    os.execv(python, [python, "-m", "nox", "-f", str(HERE / "noxfile.py"), *arguments])  # noqa: S606


def _make_boot() -> None:
    say("Installing nox and uv into .nox/boot (once) …")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(BOOT)], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{(made.stdout + made.stderr).strip()}\n\n{NO_VENV}")
    pip = [str(BOOT / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if subprocess.run([*pip, *BOOT_PACKAGES]).returncode:
        sys.exit("pip could not install nox and uv: is there a network? See its message above.")


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    bootstrap()

import nox  # noqa: E402  # exists only once `bootstrap` has done its work

nox.needs_version = ">=2026.10"
nox.options.sessions = []  # without -s: the list of sessions
nox.options.default_venv_backend = "none"
if not {"-v", "--verbose"} & set(sys.argv):
    # The last lines of a session are those of the tool that it ran, such as pytest's summary.
    logging.getLogger("nox").setLevel(logging.ERROR)
# Uncached bytecode costs every start of Python two seconds here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PATH"] = f"{ENV / 'bin'}{os.pathsep}{os.environ['PATH']}"


@nox.session
def tests(session: nox.Session) -> None:
    """Format, lint, types, layers, the client, then every test. With arguments: pytest alone, with these."""
    prepare(session)
    install_browser()
    if not session.posargs:
        check(session)
        check_client(session)
    say("── tests")
    run(session, "-m", "pytest", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """The local cloud with three businesses in it, until Ctrl-C. `-- --once`: play the story, print it, end."""
    prepare(session)
    become("-m", "local", "demo", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """The local cloud without the story, until Ctrl-C."""
    prepare(session)
    become("-m", "local", "serve", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the budgets: prints the table and writes .local/bench.json."""
    prepare(session)
    say("Installing what is deployed, and nothing else, into .nox/runtime …")
    if not RUNTIME.exists():
        session.run(str(UV), "venv", "-q", "--python", sys.executable, str(RUNTIME))
    sync = [str(UV), "pip", "sync", "-q", "--require-hashes", "--compile-bytecode", "--python", str(RUNTIME)]
    session.run(*sync, str(HERE / "requirements.txt"))
    run(session, "-m", "tests.bench", "--python", str(RUNTIME / "bin" / "python"), *session.posargs)


@nox.session
def chaos(session: nox.Session) -> None:
    """Thousands of texts under fire. `-- --short`, `-- --seed N`, `-- --plant NAME` (a bug: must end red)."""
    prepare(session)
    run(session, "-m", "tests.chaos", *session.posargs)


@nox.session(name="tests-long")
def tests_long(session: nox.Session) -> None:
    """Break every condition of firestore.rules in turn; each must turn a test red."""
    prepare(session)
    run(session, "-m", "tests.rules.mutate", "--all", *session.posargs)


@nox.session
def bundle(session: nox.Session) -> None:
    """What is deployed: dist/functions.zip, the same bytes from the same sources."""
    install_environment(session)
    run(session, "-m", "local.bundle", *session.posargs)


@nox.session
def terraform(session: nox.Session) -> None:
    """Check the infrastructure's description."""
    if (HERE / "terraform").exists():
        session.error("terraform/ exists, but this session does not know yet how to check it.")
    say("There is no Terraform yet: nothing to check.")


@nox.session
def lock(session: nox.Session) -> None:
    """Write both lock files from requirements*.in. `-- --upgrade` (or `-- -P name`): with newer versions."""
    compile_ = [str(UV), "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header"]
    compile_ += ["--python-version", "3.11", *session.posargs]
    session.run(*compile_, "requirements.in", "-o", "requirements.txt")
    session.run(*compile_, "requirements-dev.in", "-c", "requirements.txt", "-o", "requirements-dev.txt")


def prepare(session: nox.Session) -> None:
    """Everything that the local cloud and the tests need, installed when missing."""
    install_environment(session)
    install_emulators(session)
    build_client(session)


def install_environment(session: nox.Session) -> None:
    """`.nox/env` as requirements-dev.txt wants it."""
    installed = ENV / "installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if PYTHON.exists() and installed.is_file() and installed.read_text() == wanted:
        return
    say("Installing the development environment into .nox/env (a minute or two, when requirements-dev.txt changed) …")
    if not PYTHON.exists():
        session.run(str(UV), "venv", "-q", "--clear", "--python", sys.executable, str(ENV))
    sync = [str(UV), "pip", "sync", "-q", "--require-hashes", "--compile-bytecode", "--python", str(ENV)]
    session.run(*sync, str(LOCK))
    installed.write_text(wanted)


def install_emulators(session: nox.Session) -> None:
    """firebase-tools, where npm is at hand; where it is not, local/emulators says so or finds another."""
    if (EMULATORS / "node_modules" / "firebase-tools").is_dir() or not which("npm"):
        return
    say("Installing the emulators' Node packages into local/emulators (once, about a minute) …")
    session.run("npm", "ci", "--prefix", str(EMULATORS), "--ignore-scripts", "--no-audit", "--no-fund")


def build_client(session: nox.Session) -> None:
    """What runs in a visitor's browser, built when its sources or its packages changed."""
    if not (CLIENT / "package.json").is_file():
        return
    if not all(map(which, ("node", "npm"))):
        session.error(NO_NPM)
    expect_node(session)
    packages, built = _digest([CLIENT / "package-lock.json"]), _digest(_client_sources())
    installed, stamp = CLIENT / "node_modules" / "installed", CLIENT / "node_modules" / "built"
    if not installed.is_file() or installed.read_text() != packages:
        say("Installing the client's Node packages into client/node_modules (a minute, when they changed) …")
        session.run("npm", "ci", "--prefix", str(CLIENT), "--ignore-scripts", "--no-audit", "--no-fund", silent=True)
        installed.write_text(packages)  # npm ci has emptied the folder: the other mark is gone
    if not WIDGET.is_file() or not stamp.is_file() or stamp.read_text() != built:
        say("Building the web chat's widget …")
        stamp.unlink(missing_ok=True)  # a build that fails leaves half of one: the next one is not spared
        session.run("npm", "run", "build", "--prefix", str(CLIENT), silent=True)
        stamp.write_text(built)


def expect_node(session: nox.Session) -> None:
    """An older one fails in the middle of the build, with a message about its syntax."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < NODE:
        session.error(OLD_NODE.format(version))


def _client_sources() -> Iterator[Path]:
    for folder, names, files in os.walk(CLIENT):
        names[:] = [name for name in names if name not in ("node_modules", "dist")]
        yield from (Path(folder) / file for file in files)


def _digest(files: Iterable[Path]) -> str:
    """Of names and contents."""
    each = (f"{path.relative_to(HERE)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(files))
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def check_client(session: nox.Session) -> None:
    """The client's own checks and tests."""
    if not (CLIENT / "package.json").is_file():
        return
    for heading, script in (("client: types", "check"), ("client: tests", "test")):
        say(f"── {heading}")
        session.run("npm", "run", script, "--silent", "--prefix", str(CLIENT))


def install_browser() -> None:
    """Chromium for the tests of pages: the system's, else its package where we may install one."""
    wanted = os.environ.get("CHROMIUM_PATH", "")
    found = wanted or next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found and os.geteuid() == 0 and which("apt-get"):
        say("Installing Chromium from the system's packages (once, about a minute) …")
        for command in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "chromium")):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL)
        found = which("chromium") or ""
    if found:
        os.environ["CHROMIUM_PATH"] = found
    else:
        say("There is no Chromium: the tests of pages will fail. Install it, or set CHROMIUM_PATH.")


def check(session: nox.Session) -> None:
    """All checks that run no code; every complaint is shown before the session fails."""
    failed = [
        name
        for name, command in (
            ("format", ("ruff", "format", "--check", "--quiet", ".")),
            ("lint", ("ruff", "check", "--quiet", ".")),
            ("types", ("mypy",)),
            ("layers", ("lint-imports", "--no-logo")),
        )
        if not _passes(name, command)
    ]
    if failed:
        session.error(f"Not right yet: {', '.join(failed)}. See above.")


def run(session: nox.Session, *arguments: str) -> None:
    """Python of the development environment, in the project's folder."""
    session.run(str(PYTHON), *arguments, interrupt_timeout=30, terminate_timeout=10)


def become(*arguments: str) -> None:
    """The same in place of this process: Ctrl-C and every other signal reach what stops its children."""
    sys.stdout.flush()
    os.execv(str(PYTHON), [str(PYTHON), *arguments])  # noqa: S606


def _passes(name: str, command: tuple[str, ...]) -> bool:
    say(f"── {name}")
    return subprocess.run([str(ENV / "bin" / command[0]), *command[1:]], cwd=HERE).returncode == 0
