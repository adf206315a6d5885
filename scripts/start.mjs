// npm start: opens the playground. npm start -- "a question": answers from the documentation, in the terminal.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { playground } from "./playground.mjs";
import { root, runNode, setUp } from "./setup.mjs";

const help = `npm start                      opens the playground in a browser (this machine only); Ctrl-C ends it
npm start -- --port 8000       on another port; --host 0.0.0.0 for other machines too
npm start -- "a question"      answers from the documentation, in the terminal
npm run search -- --help       what the search can do
npm run demo                   lists all apps`;

const args = process.argv.slice(2);
const { values, positionals } = parseArgs({
  args,
  options: { port: { type: "string" }, host: { type: "string" }, help: { type: "boolean", short: "h" } },
  strict: false,
  allowPositionals: true,
});
if (values.help) console.log(help);
else if (positionals.length > 0) {
  setUp("search");
  process.exitCode = runNode(join(root, "apps", "search"), "src/main.ts", args);
} else {
  console.error("Opening the playground; Ctrl-C ends it. npm start -- --help says what else there is.");
  // a machine without a screen has no browser to open
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const hasScreen = process.platform !== "linux" || Boolean(DISPLAY ?? WAYLAND_DISPLAY);
  process.exitCode = playground([...(hasScreen ? ["--open"] : []), ...args]);
}
