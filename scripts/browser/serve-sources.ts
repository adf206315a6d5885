import { globSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** Serves the workspace's sources to a page: TypeScript with its types taken out, and an empty page at `/` whose import map knows every package.
 *  @param headers what every answer carries, e.g. a Content-Security-Policy
 *  @param folders what is served as it is from other folders, by how its paths begin
 *  @returns the page's address, and how to stop */
export async function serveSources(
  root: string,
  headers: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; close(): void }> {
  const packages = globSync("packages/*/src/index.ts", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
  const imports = Object.fromEntries(packages.map((path) => [`@fovea/${path.split("/")[1]}`, `/${path}`]));
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>`;
  const server: Server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (path === "/") {
      response.setHeader("Content-Type", "text/html");
      response.end(page);
      return;
    }
    try {
      const [start, folder] = Object.entries(folders).find(([begin]) => path.startsWith(begin)) ?? [];
      if (start !== undefined && folder !== undefined) {
        response.setHeader("Content-Type", path.endsWith(".wasm") ? "application/wasm" : "text/javascript");
        response.end(readFileSync(join(folder, path.slice(start.length))));
        return;
      }
      const source = readFileSync(join(root, path), "utf8");
      response.setHeader("Content-Type", "text/javascript");
      response.end(path.endsWith(".ts") ? stripTypeScriptTypes(source) : source);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
