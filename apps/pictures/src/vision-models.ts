import type { RenameRule } from "@fovea/weights";

/** A vision transformer over gray pictures of 28 × 28, as plain data: everything that its weight file does not say. */
export interface VisionModel {
  /** What `npm run fetch` calls it, and its folder. */
  readonly folder: string;
  readonly file: string;
  readonly classes: readonly string[];
  /** Of a patch, in pixels. */
  readonly patchSize: number;
  readonly layers: number;
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
  /** Where layers normalize. */
  readonly order: "pre" | "post";
  /** What the class is read from: a token of its own before the patches, or the mean of them all. */
  readonly readout: "classToken" | "mean";
  /** Of the training pictures' pixels, from 0 to 1: what the model reads is (pixel - mean) / deviation. */
  readonly mean: number;
  readonly deviation: number;
  /** From the file's names to `patch`, `pos`, `cls`, `blocks.0.{ln1,qkv,proj,ln2,fc1,fc2}`, `norm`, `head`. */
  readonly renaming: readonly RenameRule[];
  /** How its training pictures lie in their 28 × 28: the longer side of the subject, in pixels, and what is in the middle. */
  readonly subject: { readonly longerSide: number; readonly middle: "box" | "mass" };
}

/** Side of every picture that the models read, in pixels. */
export const side = 28;

export type ModelName = "fashion" | "digits";

export const visionModels: Readonly<Record<ModelName, VisionModel>> = {
  fashion: {
    folder: "vit-fashion",
    file: "vit_fashion.safetensors",
    classes: ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    patchSize: 4,
    layers: 4,
    width: 64,
    hidden: 128,
    heads: 4,
    order: "pre",
    readout: "classToken",
    mean: 0.286,
    deviation: 0.353,
    renaming: [],
    subject: { longerSide: 28, middle: "box" },
  },
  digits: {
    folder: "vit-mnist-tiny",
    file: "mnist_vit.safetensors",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    patchSize: 7,
    layers: 1,
    width: 32,
    hidden: 64,
    heads: 1,
    order: "post",
    readout: "mean",
    mean: 0.1307,
    deviation: 0.3081,
    renaming: [
      [/^patch_embed\.proj/, "patch"],
      [/^pos_embed$/, "pos"],
      [/^classifier/, "head"],
      [/^encoder\.(\d+)\./, "blocks.$1."],
      [".attn.in_proj_", ".qkv."],
      [".attn.out_proj", ".proj"],
      [".ffn.", "."],
      [/\.norm(\d)\./, ".ln$1."],
    ],
    subject: { longerSide: 20, middle: "mass" },
  },
};
