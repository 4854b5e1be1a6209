"""`python -m local demo|serve`: the whole cloud on this machine, no account and no keys needed."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import httpx
from rich.console import Console

from local.emulators.children import EmulatorMissing
from local.emulators.firestore import RulesRefused
from local.ports import Ports
from local.seed_data import ADMIN, CUSTOMERS, TENANTS
from local.stack import Options, Stack, StackError
from local.story import Line, Story, StoryError
from local.wire import PortTaken

console = Console(highlight=False)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="local",
        description="ChatterCheetah on this machine: emulators, functions, stand-ins for every provider, demo data.",
        epilog="Set GEMINI_API_KEY to let the real Gemini answer instead of the demonstration.",
    )
    parser.add_argument("what", choices=("demo", "serve"), help="demo plays the seeded story; serve only starts")
    parser.add_argument("--once", action="store_true", help="play the story, print it, exit 0 if it went well")
    parser.add_argument("--seed", type=int, default=1, help="which class openings Jackrabbit has (default 1)")
    parser.add_argument("--free-ports", action="store_true", help="take free ports instead of the fixed ones")
    parser.add_argument("--state", type=Path, default=None, help="folder for stack.json (default .local)")
    parser.add_argument("--token-ttl", type=int, default=None, help="seconds that id tokens live (default an hour)")
    parser.add_argument("--no-gate", action="store_true", help="let functions reach the emulator itself (measuring)")
    parser.add_argument("--respawn", action="store_true", help="start the functions again when their process dies")
    parser.add_argument("--host", default="local.host", help="the module that serves the functions")
    parser.add_argument("--time-divisor", type=int, default=1, help="by how much the pipeline waits less (default 1)")
    parser.add_argument("--dispatches", type=int, help="tasks of one queue at once (default: functions/queues.yaml)")
    return parser.parse_args()


def options(given: argparse.Namespace) -> Options:
    return Options(
        ports=Ports.free() if given.free_ports else Ports(),
        openings_seed=given.seed,
        token_ttl=given.token_ttl,
        gate=not given.no_gate,
        state=given.state or Options.state,
        respawn=given.respawn,
        host=given.host,
        divisor=given.time_divisor,
        dispatches=given.dispatches,
    )


async def run(given: argparse.Namespace) -> int:
    stack = Stack(options(given), say=lambda sentence: console.print(f"[dim]· {sentence}[/]"))
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    starting = asyncio.create_task(stack.start())
    try:
        await asyncio.wait({starting, asyncio.create_task(ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if ended.is_set():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return 130
        await starting
        return await _use(stack, given, ended)
    finally:
        await stack.stop()


async def _use(stack: Stack, given: argparse.Namespace, ended: asyncio.Event) -> int:
    if given.what == "demo":
        console.print(f"\n[bold]A parent texts a swim school[/] [dim](openings of seed {given.seed})[/]\n")
        if not await _play(stack):
            return 1
        if given.once:
            return 0
    _addresses(stack)
    await ended.wait()
    console.print("\n[dim]· Stopping[/]")
    return 0


async def _play(stack: Stack) -> bool:
    url = "http://127.0.0.1:{}".format
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        story = Story(url(stack.ports.telnyx), url(stack.ports.jackrabbit), client)
        try:
            told = await story.tell(CUSTOMERS[0], _line)
        except StoryError as error:
            console.print(f"\n[bold red]The story went wrong:[/] {error}")
            return False
    console.print(f"\n[green]✓[/] named and open: {', '.join(told.named)}")
    console.print("[green]✓[/] the link was delivered\n")
    return True


def _line(line: Line) -> None:
    colour = "cyan" if line.who == "Parent" else "yellow"
    console.print(f"[{colour}]{line.who:>15}[/]  {line.text}  [dim]{line.state}[/]", soft_wrap=True)


def _addresses(stack: Stack) -> None:
    url = "http://127.0.0.1:{}".format
    console.print(f"[bold]Phone page[/]  {url(stack.ports.phone)}   [dim]two phones and a visitor's browser[/]")
    console.print(f"[bold]Sites[/]       {url(stack.ports.site)}   [dim]the businesses' own, with the chat[/]")
    console.print(f"[bold]Widget[/]      {url(stack.ports.widget)}/widget.js   [dim]what they embed[/]")
    console.print(
        f"[bold]Functions[/]   {stack.functions_url}   [dim]POST to a function's name; see .local/stack.json[/]"
    )
    console.print("[bold]People[/]      [dim]for the Auth emulator; their pages do not exist yet[/]")
    for person in (ADMIN, *(person for tenant in TENANTS for person in tenant.people)):
        console.print(f"  {person.email}  {person.password}  [dim]{person.role}[/]")
    console.print("\nCtrl-C stops everything.")


def main() -> int:
    try:
        return asyncio.run(run(arguments()))
    except (StackError, PortTaken, EmulatorMissing, RulesRefused) as error:
        console.print(f"[bold red]The local cloud cannot start.[/] {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
