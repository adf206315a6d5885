import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The table "Packages" of docs/design.md: folder → folders it may import. */
function allowedImports(): Map<string, readonly string[]> {
  const rows = read("docs/design.md").matchAll(/^\| `([a-z-]+)`[^|]*\|[^|]*\|([^|]*)\|$/gm);
  return new Map(
    Array.from(rows, ([, name, imports]) => [name, Array.from(imports.matchAll(/`([a-z-]+)`/g), ([, i]) => i)]),
  );
}

const packages = globSync("packages/*/package.json", { cwd: root }).map((path) => path.split(/[\\/]/)[1]);

test("docs/design.md has one row for every package", () => {
  expect([...allowedImports().keys()].toSorted()).toEqual(packages.toSorted());
});

test.each(packages)("%s declares what it imports, and only what the design allows", (name) => {
  const manifest = JSON.parse(read(`packages/${name}/package.json`));
  const internal = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter((dependency) => dependency.startsWith("@fovea/"))
    .map((dependency) => dependency.slice("@fovea/".length));
  expect(internal.toSorted()).toEqual(allowedImports().get(name)?.toSorted());

  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  for (const file of globSync(`packages/${name}/src/**/*.ts`, { cwd: root })) {
    if (/\.test\.ts$|\/testing\//.test(file) || manifest.private) continue;
    for (const [, imported] of read(file).matchAll(/from "([^."][^"]*)"/g)) {
      const dependency = imported
        .split("/")
        .slice(0, imported.startsWith("@") ? 2 : 1)
        .join("/");
      expect(declared, `${file} imports ${imported}`).toContain(dependency);
    }
  }
});

test("no package reaches into another package's files", () => {
  for (const file of globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root })) {
    for (const [, path] of read(file).matchAll(/from "(\.\.[^"]*)"/g)) {
      const target = join(file, "..", path);
      expect(target.startsWith(file.split(/[\\/]/).slice(0, 2).join("/")), `${file} imports ${path}`).toBe(true);
    }
  }
});

test("nobody imports an app but the bench, which times them", () => {
  const apps = globSync("apps/*/package.json", { cwd: root }).map((path) => `@fovea/${path.split(/[\\/]/)[1]}`);
  for (const file of globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root })) {
    if (/^apps[\\/]bench[\\/]src[\\/]contenders[\\/]/.test(file)) continue;
    for (const [, name] of read(file).matchAll(/from "(@fovea\/[^"/]*)/g)) {
      expect(apps, `${file} imports ${name}`).not.toContain(name);
    }
  }
});

test("only the packages of WebAssembly speak to it", () => {
  const others = globSync("packages/*/src/**/*.ts", { cwd: root }).filter(
    (file) => !/^packages[\\/](wasm-assembler|backend-wasm)[\\/]/.test(file) && !file.endsWith(".test.ts"),
  );
  expect(others.filter((file) => read(file).includes("WebAssembly."))).toEqual([]);
});

test("no file imports itself by way of others, types counted", () => {
  const files = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root });
  const imports = new Map(
    files.map((file) => [
      join(file),
      Array.from(read(file).matchAll(/^(?:import|export) [^;]*?from "(\.[^"]*)";/gms), ([, path]) =>
        join(file, "..", path),
      ),
    ]),
  );
  const circles = circlesOf(imports).map((circle) => circle.map((file) => file.replaceAll("\\", "/")).join(" ↔ "));
  expect(circles).toEqual([]);
});

test("a circle is found whatever its length, and nothing else is one", () => {
  const graph = { a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: [], f: ["f"], g: ["a", "d"] };
  expect(circlesOf(new Map(Object.entries(graph)))).toEqual([["a", "b", "c"], ["f"]]);
});

/** The files that can be reached from themselves, those of one circle together, in order of their names. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map<string, ReadonlySet<string>>();
  for (const file of imports.keys()) {
    const seen = new Set<string>();
    const open = [...(imports.get(file) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(imports.get(next) ?? []));
    }
    reached.set(file, seen);
  }
  const circles = new Map<string, string[]>();
  for (const [file, seen] of reached) {
    if (!seen.has(file)) continue;
    const circle = [...seen].filter((other) => reached.get(other)?.has(file)).toSorted();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()].toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
}
