import { render } from "preact";
import { expect, test } from "vitest";
import { parse } from "../app/text/markdown";
import { Markdown, Plain } from "../app/views/text";
import { fastest } from "./examples";

function shown(text: string, of: typeof Markdown = Markdown): HTMLElement {
  const root = document.createElement("div");
  const View = of;
  render(<View text={text} />, root);
  return root;
}

const html = (text: string): string => shown(text).innerHTML;
const ALLOWED = new Set(["P", "BR", "STRONG", "EM", "CODE", "PRE", "UL", "OL", "LI", "A"]);
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Whatever was written: only our elements, only our attributes, only addresses that a person may follow. */
function harmless(text: string): void {
  for (const view of [Markdown, Plain]) {
    for (const element of shown(text, view).querySelectorAll("*")) {
      expect(ALLOWED).toContain(element.tagName);
      for (const { name } of element.attributes) expect(["href", "target", "rel", "title", "class", "start", "tabindex"]).toContain(name);
      if (element.tagName !== "A") continue;
      const { protocol, username, password } = new URL(element.getAttribute("href")!);
      expect(SCHEMES).toContain(protocol);
      expect(username + password).toBe(""); // "https://bank.example@evil.example" leads to the second
    }
  }
}

test("paragraphs, line breaks, bold, italic and code are shown", () => {
  expect(html("One **bold** _it_ *it* `a*b*c`\nnext\n\nTwo")).toBe(
    "<p>One <strong>bold</strong> <em>it</em> <em>it</em> <code>a*b*c</code><br>next</p><p>Two</p>",
  );
});

test("lists are shown, with lines that go on", () => {
  expect(html("Bring:\n- a **towel**\n- goggles\n  and fins\n\n3. three\n4) four")).toBe(
    '<p>Bring:</p><ul><li>a <strong>towel</strong></li><li>goggles<br>and fins</li></ul><ol start="3"><li>three</li><li>four</li></ol>',
  );
});

test("a code block keeps what is in it, and one that is still being written is one already", () => {
  expect(html("```py\n**x** <b>\n```\nafter")).toBe('<pre tabindex="0"><code>**x** &lt;b&gt;</code></pre><p>after</p>');
  expect(html("```\nhalf")).toBe('<pre tabindex="0"><code>half</code></pre>');
});

test("stars and lines in a sentence are no marks", () => {
  expect(html("2 * 3 * 4 and snake_case_name and ** and _")).toBe("<p>2 * 3 * 4 and snake_case_name and ** and _</p>");
  expect(html("\\*not\\* bold")).toBe("<p>*not* bold</p>");
});

test("marks inside marks hold, a mark that is never closed is text", () => {
  expect(html("**bold _and italic_**")).toBe("<p><strong>bold <em>and italic</em></strong></p>");
  expect(html("**never closed")).toBe("<p>**never closed</p>");
});

test("a link opens elsewhere, tells the page nothing, and says where it leads", () => {
  const link = shown("[Rules](https://example.com/rules)").querySelector("a")!;
  expect(link.outerHTML).toContain('target="_blank" rel="noopener noreferrer nofollow" title="https://example.com/rules"');
  expect(link.textContent).toBe("Rules");
});

test("addresses, mailboxes and the sentence mark after them are told apart", () => {
  const links = [...shown("See https://example.com/a_(b)_c, www.example.org. Or mail info@example.com!").querySelectorAll("a")];
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    "https://example.com/a_(b)_c",
    "https://www.example.org/",
    "mailto:info@example.com",
  ]);
});

test.each(["[https://bank.example](https://evil.example/x)", "[bank.example](https://evil.example/x)", "[Go to www.bank.example now](https://evil.example/x)"])(
  "words that name another site than the link leads to are not shown: %s",
  (text) => {
    expect(shown(text).textContent).toBe("https://evil.example/x");
  },
);

test("words that name the very site stay", () => {
  expect(shown("[example.com](https://www.example.com/x)").textContent).toBe("example.com");
});

test.each([
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](javascript\u200b:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](vbscript:msgbox)",
  "[x](file:///etc/passwd)",
  "[x](blob:https://example.com/1)",
  "[x](//evil.example)",
  "[x](/relative)",
  "[x](https://user:secret@evil.example)",
  "[x](https://bank.example@evil.example)",
  "[x](https://evil.example/\u202egnp.exe)",
  "[x](view-source:https://example.com)",
  "![x](https://evil.example/pixel.gif)",
  "[![x](javascript:alert(1))](javascript:alert(2))",
  "[x]( javascript:alert(1) )",
  "[x](<javascript:alert(1)>)",
  '[x](https://example.com" onclick="alert(1))',
  "<javascript:alert(1)>",
  "javascript://example.com/%0aalert(1)",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<a href='javascript:alert(1)'>x</a>",
  "**<b onmouseover=alert(1)>**",
  "`<iframe srcdoc='x'>`",
  "- <object data=x>\n1. <embed>",
  "[x](https://example.com)[y](javascript:1)",
  "&lt;script&gt;",
  "__proto__ **constructor** [__proto__](https://example.com)",
])("harmless: %j", harmless);

test("a picture is not fetched", () => {
  expect(shown("![x](https://evil.example/pixel.gif)").querySelector("img")).toBeNull();
});

test("what a person or a visitor writes is no Markdown", () => {
  expect(shown("**a** [x](https://example.com)", Plain).innerHTML).toMatch(/^<p class="plain">\*\*a\*\* \[x\]\(<a href="https:\/\/example.com\/"/);
});

const LONG = 100_000;
/** Milliseconds. Idle, each takes under 50; what grows with the square of its length takes seconds. */
const QUICK = 400;
const fill = (part: string): string => part.repeat(Math.ceil(LONG / part.length)).slice(0, LONG);

test.each(
  ["*", "**", "_", "`", "[", "](", "[x](", "[[x]]((", "a*b_c`", "* ", "- ", "1. ", "> ", "\\", "\n", "a\n", "- a\n", "  - a\n", "```\n", "# ", "<", "@", "a@", "a.a@", "www.", "https://a", "https://)", "http://(((", "**a _b `c` d_ e** ", "[a](https://a.b) ", "\u2028", "- \u2028", "🐆*"].map(
    (part) => [part] as const,
  ),
)("100,000 characters of %j are read at once", (part) => {
  const text = fill(part);
  expect(fastest(() => parse(text))).toBeLessThan(QUICK);
});

test("spaces up to a line that breaks in a strange way are read once", () => {
  for (const mark of ["-", "1.", "#"]) expect(fastest(() => parse(`${mark}${" ".repeat(LONG)}\u2028`))).toBeLessThan(QUICK);
});
