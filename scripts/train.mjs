// npm run train -- digits|characters|sort [options]: sets up and trains a small transformer from scratch.
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

// the whole workspace: TensorFlow.js is a peer of @fovea/tfjs-adapter, which an installation for one app leaves out
setUp();
process.exitCode = runNode(join(root, "apps", "train"), "src/main.ts", process.argv.slice(2));
