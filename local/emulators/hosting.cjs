// Firebase Hosting: superstatic, the emulator's own library, serves one target of the real firebase.json.
// `node hosting.cjs <port> <firebase.json> <target> <root> <functions> <seconds>`
// Prints "ready" when it listens. Ends when its standard input does, that is with the process that started it.
//
// What is rewritten to a function is forwarded with its whole path, as Hosting does: `/chat-start/key` is asked of the
// local functions as `/chat-start/chat-start/key`, because their first segment only names the function. An answer is
// passed on once it is whole: the real one does not stream either.
const fs = require("fs");
const http = require("http");
const { server: superstatic } = require("superstatic");

const [port, file, target, root, functions, seconds] = process.argv.slice(2);
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"];
const DROPPED = new Set([...HOP_BY_HOP, "trailer", "transfer-encoding", "upgrade"]);

process.stdin.on("end", () => process.exit(0));
process.stdin.resume();

function endToEnd(headers) {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED.has(name) && !named.includes(name)));
}

/** What the function is told of the request. Of the cookies Hosting passes on but this one. */
function forwarded(request) {
  const { host, cookie = "", ...headers } = endToEnd(request.headers);
  const session = cookie.split(/; */).find((one) => one.startsWith("__session="));
  const before = headers["x-forwarded-for"];
  return {
    ...headers,
    ...(session && { cookie: session }),
    "x-forwarded-for": [before, request.socket.remoteAddress].filter(Boolean).join(", "),
    "x-forwarded-host": host ?? "",
    "x-forwarded-proto": "http",
  };
}

/** The path goes as it came: a URL object would resolve its dots, and lead to another function. */
function call(name, request) {
  const { hostname, port } = new URL(functions);
  const path = `/${name}${request.url}`;
  return http.request({ hostname, port, path, method: request.method, headers: forwarded(request), agent: false });
}

function refuse(response, status, detail) {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify({ error: "unavailable", detail }));
}

function forward(name, request, response) {
  const asked = call(name, request);
  const late = setTimeout(() => {
    refuse(response, 504, `The function ${name} has not answered within ${seconds} seconds.`);
    asked.destroy();
  }, Number(seconds) * 1000);
  const down = `The functions do not answer at ${functions}: look at the terminal of the local cloud.`;
  asked.on("error", () => refuse(response, 502, down));
  asked.on("response", (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("error", () => refuse(response, 502, `The function ${name} broke off its answer.`));
    answer.on("end", () => {
      response.writeHead(answer.statusCode, endToEnd(answer.headers));
      response.end(Buffer.concat(parts));
    });
  });
  response.on("close", () => {
    clearTimeout(late);
    asked.destroy();
  });
  request.pipe(asked);
}

const config = JSON.parse(fs.readFileSync(file, "utf-8")).hosting.find((one) => one.target === target);
const rewriter = async (rewrite) => (request, response) => forward(rewrite.function.functionId, request, response);

const listening = superstatic({
  port: Number(port),
  hostname: "127.0.0.1",
  config,
  cwd: root,
  compression: true,
  stack: "strict",
  rewriters: { function: rewriter },
}).listen(() => console.log("ready"));
listening.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
