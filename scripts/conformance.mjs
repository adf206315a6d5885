// npm run conformance -- --cases FILE: sets up and runs a file of ONNX operator cases.
import { resolve, join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

setUp();
process.exitCode = runNode(
  join(root, "packages", "conformance"),
  resolve(root, "packages/conformance/src/cli.ts"),
  process.argv.slice(2),
);
