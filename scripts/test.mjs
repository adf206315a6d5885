// npm test -- [filter]: sets up and runs every test, or those whose path contains the filter.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp();
process.exitCode = runNode(root, join("node_modules", "vitest", "vitest.mjs"), ["run", ...process.argv.slice(2)]);
