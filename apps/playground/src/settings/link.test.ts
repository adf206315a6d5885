import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromLink, LinkError, toLink } from "./link.ts";
import { defaults, offered, ranges, views, type Settings } from "./settings.ts";

const whole = ({ least, most }: { least: number; most: number }) => fc.integer({ min: least, max: most });
const settings: fc.Arbitrary<Settings> = fc
  .record({
    score: fc.string({ maxLength: 200, unit: "binary" }),
    mask: fc.string({ maxLength: 200 }),
    normalizer: fc.constantFrom(...offered),
    view: fc.constantFrom(...views),
    tokens: whole(ranges.tokens),
    heads: whole(ranges.heads),
    head: whole(ranges.head),
    seed: whole(ranges.seed),
  })
  .map((chosen) => Object.assign(chosen, { head: chosen.head % chosen.heads }));

test("what is put into a link comes out of it, whatever people wrote", () => {
  fc.assert(
    fc.property(settings, (chosen) => {
      expect(fromLink(`#${toLink(chosen)}`)).toEqual({ ...chosen });
    }),
  );
});

test("the defaults are the empty link", () => {
  expect(toLink(defaults)).toBe("");
  expect(fromLink("")).toEqual(defaults);
  expect(toLink({ ...defaults, mask: "key <= query and query - key < 3", tokens: 16 })).toBe(
    "mask=key+%3C%3D+query+and+query+-+key+%3C+3&tokens=16",
  );
});

test.each([
  ["tokens=1", "a whole number from 2 to 131072"],
  ["tokens=131073", 'tokens to be "131073"'],
  ["tokens=1e3", 'tokens to be "1e3"'],
  ["tokens=-4", "a whole number"],
  ["head=4", "shows head 4 of 4: heads count from 0"],
  ["head=3&heads=3", "shows head 3 of 3"],
  ["heads=0", "a whole number from 1 to 32"],
  ["seed=1000000", "a whole number from 0 to 999999"],
  ["normalizer=softmaxWithSink", "there are softmax, softmaxPlusOne"],
  ["normalizer=constructor", 'normalizer to be "constructor"'],
  ["view=output", "there are mask, score, changed, weight"],
  ["tokens=4&tokens=5", "names tokens twice"],
  ["toString=1", 'a setting that there is not: "toString"'],
  ["__proto__=1", 'a setting that there is not: "__proto__"'],
  ["x%1b%5b2J%e2%80%ae=1", 'a setting that there is not: "x?[2J?"'],
  [`score=${"1".repeat(4097)}`, "The score in this link is longer than a formula may be"],
  ["x".repeat(16385), "longer than any that this page makes"],
])("a hostile link is refused with a sentence: %s", (link, sentence) => {
  expect(() => fromLink(link)).toThrow(LinkError);
  expect(() => fromLink(link)).toThrow(sentence);
});

test("a formula as long as one may be passes", () => {
  expect(fromLink(`score=${"1".repeat(4096)}`).score).toHaveLength(4096);
});
