/** Text as elements. Whatever a text holds, it becomes one of the few elements below, or it stays text. */

import type { ComponentChildren } from "preact";
import { linkify } from "../text/links";
import { parse, type Block, type Inline } from "../text/markdown";

export function Link({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
      {children}
    </a>
  );
}

function inside(nodes: Inline[]): ComponentChildren {
  return nodes.map((node) => {
    switch (node.kind) {
      case "text":
        return node.text;
      case "break":
        return <br />;
      case "code":
        return <code>{node.text}</code>;
      case "strong":
        return <strong>{inside(node.inside)}</strong>;
      case "em":
        return <em>{inside(node.inside)}</em>;
      case "link":
        return <Link href={node.href}>{inside(node.inside)}</Link>;
    }
  });
}

function one(block: Block) {
  switch (block.kind) {
    case "paragraph":
      return <p>{inside(block.inside)}</p>;
    case "heading":
      return (
        <p>
          <strong>{inside(block.inside)}</strong>
        </p>
      );
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "list": {
      const items = block.items.map((item) => <li>{inside(item)}</li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

export const Markdown = ({ text }: { text: string }) => <>{parse(text).map(one)}</>;

export const Plain = ({ text }: { text: string }) => (
  <p class="plain">{linkify(text).map(({ text: words, href }) => (href ? <Link href={href}>{words}</Link> : words))}</p>
);
