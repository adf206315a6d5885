// Packages and apps that read what strangers wrote are checked as if any index could miss (noUncheckedIndexedAccess). Packages run from their sources, so the
// compiler would ask the same of what they import: only complaints about the package's own files, tests left out, count.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folders = [
  "packages/weights",
  "packages/command-line",
  "packages/sound",
  "apps/fetch",
  "apps/names",
  "apps/stories",
];

let complaints = 0;
for (const folder of folders) {
  const args = ["exec", "tsc", "-p", join(folder, "tsconfig.json"), "--noUncheckedIndexedAccess", "--pretty", "false"];
  const { stdout, error, status } = spawnSync("pnpm", args, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (error || status === null)
    throw error ?? new Error(`check-indexed-access: the compiler did not run on ${folder}.`);
  for (const line of stdout.split("\n")) {
    if (!line.startsWith(`${folder}/src/`) || line.includes(".test.ts(") || line.includes("/fixtures/")) continue;
    console.error(line);
    complaints += 1;
  }
}
process.exitCode = complaints > 0 ? 1 : 0;
console.log(`Indexed access: ${folders.join(", ")}: ${complaints} complaints.`);
