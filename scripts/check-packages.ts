// Packs every published package as npm would, installs it alone in an empty project and runs its README there: with this Node and, where
// FOVEA_OTHER_NODE names one, with that too (the oldest that packages support knows no relaxed SIMD, for one).
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findExamples, runExample } from "./examples.ts";

const root = join(import.meta.dirname, "..");
const run = (command: string, args: string[], cwd: string): string => {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error });
  }
};

interface Packed {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
  /** Names and ranges. */
  readonly optionalPeers: readonly (readonly [string, string])[];
}

const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const nodes = [process.execPath, ...(process.env.FOVEA_OTHER_NODE ? [process.env.FOVEA_OTHER_NODE] : [])];
const versions = nodes.map((node) => execFileSync(node, ["--version"], { encoding: "utf8" }).trim());
const work = mkdtempSync(join(tmpdir(), "fovea-packages-"));

try {
  const packed: Packed[] = [];
  for (const path of globSync("packages/*/package.json", { cwd: root }).toSorted()) {
    const manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
    if (manifest.private) continue;
    const folder = join(root, path, "..");
    const tarball = join(work, `${manifest.name.replace("@fovea/", "")}.tgz`);
    run("npx", ["--yes", packageManager, "pack", "--out", tarball, "--config.ignore-scripts=true"], folder);
    const peers = Object.entries<string>(manifest.peerDependencies ?? {});
    const optionalPeers = peers.filter(([peer]) => manifest.peerDependenciesMeta?.[peer]?.optional);
    packed.push({ name: manifest.name, folder, tarball, optionalPeers });
  }

  for (const { name, folder, tarball, optionalPeers } of packed) {
    const project = join(work, "alone", name);
    mkdirSync(project, { recursive: true });
    const overrides = Object.fromEntries(
      packed.filter((other) => other.name !== name).map((other) => [other.name, `file:${other.tarball}`]),
    );
    const manifest = {
      name: "alone",
      private: true,
      type: "module",
      dependencies: { [name]: `file:${tarball}` },
      overrides,
    };
    writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
    run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], project);

    const names = run(
      process.execPath,
      ["--input-type=module", "-e", `console.log(Object.keys(await import("${name}")).length)`],
      project,
    ).trim();

    const examples = findExamples(readFileSync(join(folder, "README.md"), "utf8"));
    // an example may show an entry that needs an optional peer: whoever copies it has that one
    const wanted = optionalPeers.filter(([peer]) => examples.some(({ code }) => code.includes(`"${peer}"`)));
    const asked = wanted.map(([peer, range]) => `${peer}@${range}`);
    if (asked.length > 0) run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...asked], project);
    for (const example of examples) {
      for (const node of nodes) {
        const printed = await runExample(example, project, node);
        if (example.prints.length > 0 && printed.join("\n") !== example.prints.join("\n")) {
          throw new Error(
            `${name}: README line ${example.line} prints\n${printed.join("\n")}\nand promises\n${example.prints.join("\n")}`,
          );
        }
      }
    }
    console.log(
      `${name}: packed, installed alone, ${names} exports, ${examples.length} README example${examples.length === 1 ? "" : "s"} on Node ${versions.join(" and ")}`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
