import { expect, test } from "vitest";
import { causal } from "./causal.ts";
import { draw } from "../draw/draw.ts";

test("a query sees itself and the keys before it", () => {
  expect(draw(causal(), 4)).toBe("█···\n██··\n███·\n████");
});

test("after cached keys the last query sees every key", () => {
  expect(draw(causal(), 2, 4, { queryOffset: 2 })).toBe("███·\n████");
});
