// Installs what a command needs, once, on a machine that has only Node >= 20 and npm. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, "node_modules", ".fovea");

const fingerprint = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .update(readFileSync(join(root, "package.json")))
    .digest("hex");

const everything = "everything";
/** Marks the stamp of an app whose packages have peers that the app brings. */
const withPeers = "+peers";

const isCurrent = (name) => {
  const stamp = join(stamps, name);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
};

/** What was set up before, for whatever lockfile. */
const installed = () => (existsSync(stamps) ? readdirSync(stamps) : []);

/** Installs the whole workspace, or (with `app`) only what that app needs to run, beside what was set up before.
 *  A full installation serves every app, and a second call with the same lockfile returns at once.
 *  @param peers whether packages of the workspace have peers that the app brings: pnpm then finds them among development dependencies only */
export function setUp(app, { peers = false } = {}) {
  const name = app ? `${app}${peers ? withPeers : ""}` : everything;
  if (isCurrent(everything) || isCurrent(name)) return;

  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const before = installed().filter((earlier) => earlier === everything || existsSync(folderOf(earlier)));
  const wanted = [...new Set([...before, name])];
  const whole = wanted.includes(everything);
  const only = whole
    ? []
    : [
        ...(wanted.some((each) => each.endsWith(withPeers)) ? [] : ["--prod"]),
        ...wanted.flatMap((each) => ["--filter", `@fovea/${each.replace(withPeers, "")}...`]),
      ];
  console.error(
    `Setting up ${whole ? "the workspace" : name.replace(withPeers, "")} with ${packageManager} (first run only)…`,
  );
  const started = Date.now();
  const command = ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only", ...only];
  // Standard output belongs to the job that follows: the installer's own goes to standard error.
  const { status, error } = spawnSync("npx", command, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error || status !== 0) {
    console.error(
      `Set-up failed: npx ${command.join(" ")} ${error ? `could not start (${error.message})` : `ended with ${status}`}.`,
    );
    console.error(
      "Check the network connection to the npm registry, then run the same command again: nothing has to be undone.",
    );
    process.exit(1);
  }
  mkdirSync(stamps, { recursive: true });
  for (const each of wanted) writeFileSync(join(stamps, each), fingerprint());
  console.error(`Set up in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

/** Where an app is, or the examples. */
function folderOf(stamp) {
  const name = stamp.replace(withPeers, "");
  return name === "examples" ? join(root, name) : join(root, "apps", name);
}

/** The Node that runs the job: the one that comes as a dependency of `folder`, so that TypeScript runs as it is. */
function nodeOf(folder) {
  try {
    const manifest = createRequire(join(folder, "package.json")).resolve("node/package.json");
    const binary = join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(binary)) return binary;
  } catch {
    // not installed for this platform: the running Node may do
  }
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  console.error(`Node ${process.versions.node} cannot run TypeScript and no other Node came with the installation.`);
  console.error("Use Node 22.18 or newer, or reinstall: remove node_modules and run the same command again.");
  process.exit(1);
}

/** Runs `script` with the workspace's Node, passes signals and the exit status through. */
export function runNode(folder, script, args = []) {
  const node = nodeOf(folder);
  process.on("SIGINT", () => {}); // the job gets Ctrl-C too and decides what to save
  const { status, signal } = spawnSync(node, [script, ...args], {
    cwd: folder,
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`,
      FOVEA_CALLED_FROM: process.env.INIT_CWD ?? process.cwd(),
    },
  });
  return signal === "SIGINT" ? 130 : (status ?? 1);
}
