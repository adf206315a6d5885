import { join, resolve } from "node:path";
import { fromCaller } from "@fovea/command-line";
import type { GrayPicture } from "./gray-picture.ts";
import { mnistDigits } from "./mnist-digits.ts";
import { readPicture } from "./read-picture.ts";
import type { ModelName } from "./vision-models.ts";

/** A picture that is read when its turn comes. */
export interface PictureSource {
  readonly name: string;
  read(): Promise<GrayPicture>;
}

export const sampleFolder: string = resolve(import.meta.dirname, "../samples");

const fashionSamples = ["00-ankle-boot.png", "01-pullover.png", "02-trouser.png", "09-sneaker.png"];
const digitSamples = [2, 3, 5, 8];

/** The pictures that were asked for, or without files some samples. */
export function openPictures(files: readonly string[], model: ModelName): PictureSource[] {
  if (files.length > 0) return files.map((file) => ({ name: file, read: () => readPicture(fromCaller(file)) }));
  if (model === "digits") {
    return digitSamples.map((digit) => ({ name: `a ${digit} of MNIST`, read: async () => mnistDigits(digit)[2] }));
  }
  return fashionSamples.map((file) => ({ name: file, read: () => readPicture(join(sampleFolder, file)) }));
}
