import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const root = resolve(import.meta.dirname, "..", "..");

/** Flags for a headless Chromium in a container, with WebGPU on a software device. */
export const chromiumArguments: readonly string[] = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether there is a Chromium to run: the one at CHROMIUM_PATH, or that of the npm package, which is for Linux on x64. */
export const hasChromium: boolean =
  process.env.CHROMIUM_PATH !== undefined || (process.platform === "linux" && process.arch === "x64");

/** Path of a Chromium, unpacked on first use from the npm package @sparticuz/chromium. */
export function chromiumPath(): string {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const folder = resolve(dirname(entry), "..");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const unpacked = join(root, "node_modules", ".cache", `chromium-${version}`);
  if (!existsSync(join(unpacked, "chromium"))) unpack(join(folder, "bin"), unpacked);
  return join(unpacked, "chromium");
}

/** Unpacks beside the goal first: whoever comes at the same time finds all or nothing. */
function unpack(from: string, to: string): void {
  const work = `${to}.${process.pid}`;
  for (const [archive, folder] of [
    ["swiftshader", "."],
    ["fonts", "fonts"],
    ["al2023", "al2023"],
  ]) {
    const tar = join(work, `${archive}.tar`);
    mkdirSync(join(work, folder), { recursive: true });
    writeFileSync(tar, brotliDecompressSync(readFileSync(join(from, `${archive}.tar.br`))));
    execFileSync("tar", ["xf", tar, "-C", join(work, folder)]);
    rmSync(tar);
  }
  const binary = brotliDecompressSync(readFileSync(join(from, "chromium.br")));
  writeFileSync(join(work, "chromium"), binary, { mode: 0o755 });
  try {
    renameSync(work, to);
  } catch (error) {
    rmSync(work, { recursive: true });
    if (!existsSync(join(to, "chromium"))) throw error;
  }
}
