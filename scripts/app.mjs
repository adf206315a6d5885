// npm run <app> -- [arguments]: sets up and runs one of the apps in apps/.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

const [name, ...args] = process.argv.slice(2);
const folder = join(root, "apps", name ?? "");
if (!name || !existsSync(join(folder, "package.json"))) {
  console.error(`There is no app "${name ?? ""}". npm run demo lists them.`);
  process.exit(1);
}
setUp(name);
process.exitCode = runNode(folder, "src/main.ts", args);
