// npm run bench -- [--quick] [--json FILE] [--only ids] | --browser [--quick]: sets up and times Fovea beside what a user would pick instead.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp("bench", { peers: true });
const given = process.argv.slice(2);
if (given.includes("--browser")) {
  setUp();
  process.exitCode = runNode(root, "scripts/browser/bench.ts", given);
} else {
  process.exitCode = runNode(join(root, "apps", "bench"), "src/main.ts", given);
}
