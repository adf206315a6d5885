// npm start -- [question] [options]: sets up and runs the sentence search of apps/search.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp("search");
process.exitCode = runNode(join(root, "apps", "search"), "src/main.ts", process.argv.slice(2));
