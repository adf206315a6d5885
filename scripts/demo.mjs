// npm run demo: lists the apps with one line each. Needs nothing installed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const isColored = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (isColored ? `\u001B[1m${text}\u001B[22m` : text);

const commandOf = (app) => (scripts[app] ? `npm run ${app}` : `node scripts/app.mjs ${app}`);

const apps = readdirSync(join(root, "apps")).filter((app) => existsSync(join(root, "apps", app, "package.json")));
const width = Math.max(...apps.map((app) => commandOf(app).length));
for (const app of apps) {
  const { description } = JSON.parse(readFileSync(join(root, "apps", app, "package.json"), "utf8"));
  console.log(`${bold(commandOf(app).padEnd(width))}  ${description}`);
}
console.log("\nArguments follow --, for example: npm run stories -- --help");
