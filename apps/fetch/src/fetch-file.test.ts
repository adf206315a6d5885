import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DataFile } from "./data-sets.ts";
import { fetchFile } from "./fetch-file.ts";

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251));
const sha256 = createHash("sha256").update(content).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let [folder, path] = ["", ""];
let server: Server;
/** What the server answers, and the ranges that it was asked for. */
let answer: Answer;
let ranges: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-fetch-"));
  path = join(folder, "set", "weights.bin");
  ranges = [];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const file = (): DataFile => ({
  name: "weights.bin",
  address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`,
  bytes: content.length,
  sha256,
});

function get(options: Partial<Parameters<typeof fetchFile>[2]> = {}): Promise<boolean> {
  return fetchFile(path, file(), { signal: new AbortController().signal, ...options });
}

/** As servers of files do: ranges too. */
const serve: Answer = ({ headers }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": content.length - from,
    ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  response.end(content.subarray(from));
};

/** The connection breaks after so many bytes. */
const breakAfter =
  (bytes: number): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
  };

const files = async (): Promise<string[]> =>
  existsSync(join(folder, "set")) ? await readdir(join(folder, "set")) : [];

test("a file comes whole, its folder is made, and progress counts its bytes", async () => {
  answer = serve;
  const seen: number[] = [];
  expect(await get({ onProgress: (bytes) => seen.push(bytes) })).toBe(true);
  expect((await readFile(path)).equals(content)).toBe(true);
  expect(await files()).toEqual(["weights.bin"]);
  expect(seen.at(-1)).toBe(content.length);
  expect(ranges).toEqual([undefined]);
});

test("a file that is there is not asked for again, and another one of its name is not touched", async () => {
  answer = serve;
  await get();
  expect(await get()).toBe(true);
  expect(ranges.length).toBe(1);
  await writeFile(path, "mine");
  await expect(get()).rejects.toThrow(`${path} is there already, but is not the file that was published.`);
  expect(await readFile(path, "utf8")).toBe("mine");
});

test("a broken connection keeps what has come, and the next call goes on from there", async () => {
  answer = breakAfter(40_000);
  await expect(get()).rejects.toThrow(
    /cannot be reached \(.*\)\. .* 40000 of 100000 bytes have come: the same command/,
  );
  expect(await files()).toEqual(["weights.bin.part"]);
  answer = serve;
  await get();
  expect(ranges).toEqual([undefined, "bytes=40000-"]);
  expect((await readFile(path)).equals(content)).toBe(true);
});

test("a server that knows no ranges gives it from the start", async () => {
  answer = breakAfter(40_000);
  await get().catch(() => {});
  answer = (request, response) => serve({ ...request, headers: {} } as IncomingMessage, response);
  await get();
  expect((await readFile(path)).equals(content)).toBe(true);
});

test("an answer without a length that ends early can be gone on from", async () => {
  answer = (_, response) => response.end(content.subarray(0, 30_000));
  answer = (_, response) => {
    response.writeHead(200, { "transfer-encoding": "chunked" });
    response.end(content.subarray(0, 30_000));
  };
  await expect(get()).rejects.toThrow(/ended after 30000 of 100000 bytes\. Run the same command again/);
  answer = serve;
  await get();
  expect(ranges.at(-1)).toBe("bytes=30000-");
});

test("Ctrl-C keeps what has come", async () => {
  const stop = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 20_000));
  };
  expect(await get({ signal: stop.signal, onProgress: () => stop.abort() })).toBe(false);
  expect(await files()).toEqual(["weights.bin.part"]);
  answer = serve;
  expect(await get()).toBe(true);
  expect(ranges.at(-1)).toMatch(/^bytes=\d+-$/);
});

test("a part that is whole already only takes its name; one that is longer, or of another file, is thrown away", async () => {
  answer = breakAfter(10);
  await get().catch(() => {});
  await writeFile(`${path}.part`, content);
  expect(await get()).toBe(true);
  expect(ranges.length).toBe(1);
  answer = serve;
  for (const part of [Buffer.alloc(content.length), Buffer.alloc(content.length + 1)]) {
    await rm(path);
    await writeFile(`${path}.part`, part);
    expect(await get()).toBe(true);
    expect(ranges.at(-1)).toBe(undefined);
  }
});

test("redirects are followed", async () => {
  answer = (request, response) => {
    if (request.url === "/elsewhere") return serve(request, response);
    response.writeHead(302, { location: "/elsewhere" });
    response.end();
  };
  expect(await get()).toBe(true);
});

const other = Buffer.from(content);
other[50_000] = (other[50_000] ?? 0) ^ 1;
const page = `<!DOCTYPE html><html><title>Log in</title>${"x".repeat(content.length - 42)}`;
test.each<[string, Answer, RegExp]>([
  [
    "a changed byte",
    (_, response) => response.end(other),
    /answers another file than the one that was published: its SHA-256 differs/,
  ],
  ["another length", (_, response) => response.end("short"), /answers 5 bytes, not the file that was published/],
  [
    "more bytes than announced",
    (_, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.end(Buffer.concat([content, Buffer.of(0)]));
    },
    /answers more than 100000 bytes/,
  ],
  [
    "a page for a log-in",
    (_, response) => response.end(page),
    /answers a web page, .* the network asks for a log-in first\.$/,
  ],
  [
    "not found",
    (_, response) => {
      response.writeHead(404);
      response.end();
    },
    /answers 404 Not Found: the file may have moved\.$/,
  ],
  [
    "a fault of the server",
    (_, response) => {
      response.writeHead(503);
      response.end();
    },
    /answers 503 Service Unavailable/,
  ],
  [
    "redirects without end",
    (_, response) => {
      response.writeHead(302, { location: "/" });
      response.end();
    },
    /cannot be reached/,
  ],
])("%s is refused in one sentence, and nothing of it stays", async (_, bad, message) => {
  answer = bad;
  const error = await get().catch((error: unknown) => error);
  expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(message) });
  expect(await files()).toEqual([]);
});

test("another part than was asked for is refused", async () => {
  answer = breakAfter(40_000);
  await get().catch(() => {});
  answer = (_, response) => {
    response.writeHead(206, { "content-range": "bytes 10-99999/100000", "content-length": 99_990 });
    response.end(content.subarray(10));
  };
  await expect(get()).rejects.toThrow("another part of the file than was asked for");
});

test("where nobody answers, it says so", async () => {
  const nowhere = file();
  server.close();
  await expect(fetchFile(path, nowhere, { signal: new AbortController().signal })).rejects.toThrow(
    `${nowhere.address} cannot be reached (ECONNREFUSED). Check the network connection.`,
  );
});

test("a server that falls silent is given up, and what came before stays", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 20_000));
  };
  await expect(get({ patienceMilliseconds: 300 })).rejects.toThrow(
    /No byte came from .* for 0\.3 s\. \d+ of 100000 bytes have come/,
  );
  expect(await files()).toEqual(["weights.bin.part"]);
});
