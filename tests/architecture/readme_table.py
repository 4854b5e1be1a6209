"""README's table of functions, from the manifest and the first line of each entry file.

`python -m tests.architecture.readme_table --write` brings README.md up to date; without the flag it prints the table.
"""

from __future__ import annotations

import ast
import sys

from tests.architecture.tree import ROOT, manifest, source

README = ROOT / "README.md"
START, END = "<!-- functions -->", "<!-- /functions -->"


def table() -> str:
    rows = ["| Function | What it is for | Called by | Runs as |", "|---|---|---|---|"]
    for name, entry in manifest().items():
        file = f"{str(entry['entry']).replace('.', '/')}.py"
        rows.append(f"| [`{name}`]({file}) | {_purpose(file)} | {entry['caller']} | {entry['identity']} |")
    return "\n".join(rows)


def _purpose(file: str) -> str:
    """The first line of the file's docstring, behind its name."""
    first = (ast.get_docstring(source(file).tree) or "").partition("\n")[0]
    return first.partition(": ")[2].rstrip(".")


def with_table(readme: str) -> str:
    """`readme` with the table of today between its two marks."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        README.write_text(with_table(README.read_text()))
    else:
        print(table())
