// npm run example -- 01: sets up and runs one of the programs in examples/; without a number it lists them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

const folder = join(root, "examples");
const programs = readdirSync(folder).filter((file) => /^\d\d-.*\.ts$/.test(file));
const [asked, ...args] = process.argv.slice(2);
const program = programs.find((file) => file === asked || file.slice(0, 2) === asked?.padStart(2, "0"));
if (program) {
  setUp("examples", { peers: true });
  process.exitCode = runNode(folder, program, args);
} else {
  const width = Math.max(...programs.map((file) => file.length));
  for (const file of programs) {
    const [shows] = readFileSync(join(folder, file), "utf8").split("\n");
    console.log(`${file.padEnd(width)}  ${shows.replace("// ", "")}`);
  }
  if (asked !== undefined) {
    console.error(`There is no example "${asked}": name one by its number, as in npm run example -- 01.`);
    process.exitCode = 1;
  }
}
