// npm run bench -- [--quick] [--json FILE] [--only ids]: sets up and times Fovea beside what a user would pick instead.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp("bench", { peers: true });
process.exitCode = runNode(join(root, "apps", "bench"), "src/main.ts", process.argv.slice(2));
