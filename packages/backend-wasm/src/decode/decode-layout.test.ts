import { expect, test } from "vitest";
import { chunkKeys } from "./decode-layout.ts";

test("tasks are as long as leaves 32 of them to share out, of 512 to 2,048 keys", () => {
  expect([chunkKeys(8, 8192), chunkKeys(8, 4096), chunkKeys(1, 8192), chunkKeys(64, 100)]).toEqual([
    2048, 1024, 512, 2048,
  ]);
});
