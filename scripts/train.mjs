// npm run train -- digits|characters|sort [options]: sets up and trains a small transformer from scratch.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp("train", { peers: true });
process.exitCode = runNode(join(root, "apps", "train"), "src/main.ts", process.argv.slice(2));
