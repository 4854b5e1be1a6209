/** A server of this machine that answers as a test tells it: the network of these tests is a real one. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Request = { name: string; headers: IncomingMessage["headers"]; body: unknown };
export type Answer = (response: ServerResponse, request: Request) => void;

export type Local = { url: string; requests: Request[]; answer: (name: string, ...answers: Answer[]) => void; close: () => Promise<void> };

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Each call of a function takes the next of its answers; the last one stays. */
export async function serve(): Promise<Local> {
  const requests: Request[] = [];
  const answers = new Map<string, Answer[]>();
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization, content-type, last-event-id, x-file-name, x-work");
    response.setHeader("access-control-expose-headers", "retry-after");
    if (request.method === "OPTIONS") return void response.end();
    const name = request.url!.slice(1);
    const { headers } = request;
    const body = await read(request);
    const told: Request = { name, headers, body: headers["content-type"] === "application/json" ? JSON.parse(body) : body };
    requests.push(told);
    const left = answers.get(name) ?? [json(404, { error: "unknown" })];
    (left.length > 1 ? left.shift()! : left[0]!)(response, told);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (name, ...given) => void answers.set(name, given),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

export type Event = [event: string, data: unknown, id?: string];

export const written = ([event, data, id]: Event): string => `${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** A stream that comes to its end. */
export const events =
  (...all: Event[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(all.map(written).join(""));
  };

/** A stream whose line breaks. */
export const broken =
  (...all: Event[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(all.map(written).join(""));
    setTimeout(() => response.destroy(), 20);
  };

/** A stream that stays open. */
export const open =
  (...all: Event[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(all.map(written).join(""));
  };
