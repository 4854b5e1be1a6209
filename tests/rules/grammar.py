"""Reads the rules' text: a tokenizer and a parser that keep where everything stands, nothing more.

Enough of the language to find every condition: match blocks, functions, `allow` and `return`, and expressions down to
their operators and constants. Raises `Unreadable` for anything else, so that nothing is overlooked in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:;,.(){}\[\]=$|])""",
    re.VERBOSE | re.DOTALL,
)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "is")
OPERATORS = (("?",), ("||",), ("&&",), COMPARISONS, ("+", "-"), ("*", "/", "%"))


class Unreadable(Exception):
    """The rules say something that this parser does not know."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass
class Node:
    """An expression, or a part of one: `operator` is what joins its `parts` ("&&", "==", "call hasOnly", …)."""

    start: int
    end: int
    operator: str = ""
    parts: list[Node] = field(default_factory=list)
    token: Token | None = None  # the operator, or the constant itself

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass
class Statement:
    """`allow …: if <expression>` or `return <expression>`, and the collection whose match block it stands in."""

    expression: Node
    block: str | None  # None: shared by all blocks
    is_allow: bool


@dataclass
class Block:
    collection: str
    start: int
    end: int


def tokens(source: str) -> list[Token]:
    found, position = [], 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise Unreadable(f"line {line_of(source, position)}: {source[position : position + 20]!r}")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match.group(), position))
        position = match.end()
    return found


def line_of(source: str, offset: int) -> int:
    return source.count("\n", 0, offset) + 1


class Rules:
    """All statements and match blocks of a rules file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.statements: list[Statement] = []
        self.blocks: list[Block] = []
        self._tokens = tokens(source)
        self._at = 0
        self._open: list[str | None] = []
        while self._at < len(self._tokens):
            self._step()

    def _step(self) -> None:
        """One declaration, or one brace that closes one."""
        token = self._next()
        match token.text:
            case "match":
                self._match(token)
            case "function" | "service":
                self._skip_to("{")
                self._open.append(None)
            case "allow":
                self._skip_to("if")
                self._statement(is_allow=True)
            case "return":
                self._statement(is_allow=False)
            case "let":
                self._skip_to("=")
                self._expression()
                self._take(";")
            case "rules_version":
                self._skip_to(";")
            case "}":
                self._close(token)
            case _:
                raise Unreadable(f"line {line_of(self.source, token.start)}: {token.text!r}")

    def _match(self, token: Token) -> None:
        path: list[str] = []
        while not (self._peek() == "{" and self._before().text != "/"):
            path += self._segment()
        self._take("{")
        collection = path[-2] if len(path) > 1 else "*"
        self._open.append(collection)
        self.blocks.append(Block(collection, token.start, 0))

    def _segment(self) -> list[str]:
        """One piece of a match path: "/", a name, or a whole `{variable}`."""
        token = self._next()
        if token.text == "/":
            return []
        if token.text != "{":
            return [token.text]
        self._skip_to("}")
        return ["*"]

    def _close(self, token: Token) -> None:
        if self._open.pop() is not None:
            block = next(block for block in reversed(self.blocks) if block.end == 0)
            block.end = token.end

    def _statement(self, *, is_allow: bool) -> None:
        expression = self._expression()
        self._take(";")
        block = next((name for name in reversed(self._open) if name is not None), None)
        shared = block in (None, "documents")
        self.statements.append(Statement(expression, None if shared else block, is_allow))

    # -- expressions

    def _expression(self, level: int = 0) -> Node:
        if level == len(OPERATORS):
            return self._unary()
        first = self._expression(level + 1)
        parts, operator = [first], None
        while self._peek() in OPERATORS[level]:
            operator = self._next()
            if operator.text == "?":
                raise Unreadable(f"line {line_of(self.source, operator.start)}: a condition with '?'")
            parts.append(self._expression(level + 1))
        if operator is None:
            return first
        return Node(first.start, parts[-1].end, operator.text, parts, operator)

    def _unary(self) -> Node:
        token = self._tokens[self._at]
        if token.text in ("!", "-"):
            self._next()
            inner = self._unary()
            return Node(token.start, inner.end, token.text, [inner], token)
        return self._trailers(self._primary())

    def _primary(self) -> Node:
        token = self._next()
        if token.kind in ("text", "number"):
            return Node(token.start, token.end, token.kind, token=token)
        match token.text:
            case "true" | "false" | "null":
                return Node(token.start, token.end, token.text, token=token)
            case "(":
                return self._closed(token, "()", ")")
            case "[":
                return self._closed(token, "[]", "]")
            case "{":
                return self._closed(token, "{}", "}")
            case "/":
                return self._path(token)
        if token.kind != "name":
            raise Unreadable(f"line {line_of(self.source, token.start)}: {token.text!r}")
        return Node(token.start, token.end, "name", token=token)

    def _trailers(self, node: Node) -> Node:
        """`.field`, `.method(…)`, `(…)` and `[…]` after an expression."""
        while self._peek() in (".", "(", "["):
            token = self._next()
            if token.text == ".":
                name = self._next()
                node = Node(node.start, name.end, "field", [node], name)
                continue
            inside = self._closed(token, "", ")" if token.text == "(" else "]")
            called = node.token.text if node.token else ""
            operator = f"call {called}" if token.text == "(" else "index"
            node = Node(node.start, inside.end, operator, [node, *inside.parts], node.token)
        return node

    def _closed(self, first: Token, operator: str, closing: str) -> Node:
        parts: list[Node] = []
        while self._peek() != closing:
            parts.append(self._expression())
            if self._peek() in (",", ":"):
                self._next()
        last = self._take(closing)
        return Node(first.start, last.end, operator, parts, first)

    def _path(self, first: Token) -> Node:
        """`/databases/$(database)/documents/…`: ends where a path cannot go on."""
        while self._peek() not in (")", ",", ";"):
            if self._next().text == "$":
                self._take("(")
                self._expression()
                self._take(")")
        return Node(first.start, self._before().end, "path")

    # -- tokens

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _before(self) -> Token:
        return self._tokens[self._at - 1]

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _take(self, text: str) -> Token:
        token = self._next()
        if token.text != text:
            raise Unreadable(f"line {line_of(self.source, token.start)}: {token.text!r} where {text!r} should be")
        return token

    def _skip_to(self, text: str) -> None:
        while self._next().text != text:
            pass
