// The Auth emulator of firebase-tools alone: no suite, no UI, no Java. `node auth.cjs <port> <project>`
// Prints "ready" when it listens. Ends when its standard input does, that is with the process that started it.
const { createApp } = require("firebase-tools/lib/emulator/auth/server");

const [port, project] = process.argv.slice(2);

process.stdin.on("end", () => process.exit(0));
process.stdin.resume();

createApp(project).then((app) => {
  const server = app.listen(Number(port), "127.0.0.1", () => console.log("ready"));
  server.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
});
