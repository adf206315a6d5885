import { afterEach, expect, test, vi } from "vitest";
import { BackendError } from "../backend-error.ts";
import { threadCount } from "./thread-count.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("as many threads as asked for, by default at least one and at most eight", () => {
  expect(threadCount(3)).toBe(3);
  expect(threadCount(undefined)).toBeGreaterThanOrEqual(1);
  expect(threadCount(undefined)).toBeLessThanOrEqual(8);
});

test("a page that is not cross-origin isolated gets one thread, and is told once when it asked for more", () => {
  vi.stubGlobal("crossOriginIsolated", false);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  expect([threadCount(undefined), threadCount(1)]).toEqual([1, 1]);
  expect(warn).not.toHaveBeenCalled();
  expect([threadCount(4), threadCount(4)]).toEqual([1, 1]);
  expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining("Cross-Origin-Opener-Policy")]);
});

test("numbers of threads that make no sense are refused", () => {
  for (const asked of [0, 1.5, -1, 65, NaN]) expect(() => threadCount(asked)).toThrow(BackendError);
});
