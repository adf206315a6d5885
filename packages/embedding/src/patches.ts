import { checkOptions, checkShape, readValues, ShapeError, zeros, type Tensor } from "@fovea/tensor";
import { checkChoice } from "./check-choice.ts";
import { checkWhole } from "./check-whole.ts";
import { EmbeddingError } from "./embedding-error.ts";

export type ImageLayout = "channelsFirst" | "channelsLast";

export interface PatchOptions {
  /** Height and width of a patch, or one number for both. */
  readonly patchSize: number | readonly [number, number];
  /** `"channelsFirst"` (default): images `[batch, channels, height, width]`, PyTorch, ONNX; `"channelsLast"`: `[batch, height, width, channels]`, tfjs, Keras. */
  readonly layout?: ImageLayout;
}

/** Cuts images into patches, row by row, each one flattened in the order of the layout: (channel, row, column) or (row, column, channel),
 *  so that a convolution's kernel `[dim, channels, patch, patch]` or `[patch, patch, channels, dim]` reshaped is the projection.
 *  @param image `[batch, channels, height, width]` or `[batch, height, width, channels]`
 *  @returns `[batch, patches, patchDim]` with patchDim = channels × patch height × patch width
 *  @throws {ShapeError} when height or width is no multiple of the patch
 *  @see Dosovitskiy et al. 2020, section 3.1 */
export function patches(image: Tensor, options: PatchOptions): Tensor {
  checkOptions(
    "patches",
    options,
    { patchSize: true, layout: true },
    { required: true, example: "patches(image, { patchSize: 16 })", Refuse: EmbeddingError },
  );
  const places = patchPlaces("patches", image.shape, options);
  checkShape("patches", "image", image, places.imageShape);
  const cut = zeros(places.patchShape, image.dtype === "float64" ? "float64" : "float32");
  const from = readValues(image);
  for (let i = 0; i < places.source.length; i++) cut.data[i] = from[places.source[i]];
  return cut;
}

/** Gradient of `patches`: puts every patch back in its place.
 *  @param imageShape shape of the images that were cut
 *  @param outputGradient `[batch, patches, patchDim]`
 *  @returns gradient of the images */
export function patchesGradient(imageShape: readonly number[], outputGradient: Tensor, options: PatchOptions): Tensor {
  checkOptions(
    "patchesGradient",
    options,
    { patchSize: true, layout: true },
    { required: true, Refuse: EmbeddingError },
  );
  const places = patchPlaces("patchesGradient", imageShape, options);
  checkShape("patchesGradient", "outputGradient", outputGradient, places.patchShape);
  const gradient = zeros(imageShape, outputGradient.dtype === "float64" ? "float64" : "float32");
  const from = readValues(outputGradient);
  for (let i = 0; i < places.source.length; i++) gradient.data[places.source[i]] = from[i];
  return gradient;
}

interface PatchPlaces {
  readonly imageShape: readonly number[];
  readonly patchShape: readonly number[];
  /** For each number of the patches, where it stands in the image. */
  readonly source: Int32Array;
}

function patchPlaces(
  who: string,
  shape: readonly number[],
  { patchSize, layout = "channelsFirst" }: PatchOptions,
): PatchPlaces {
  const [patchHeight, patchWidth] = typeof patchSize === "number" ? [patchSize, patchSize] : patchSize;
  checkWhole(who, "patch height", patchHeight, 1);
  checkWhole(who, "patch width", patchWidth, 1);
  checkChoice(who, "layout", layout, ["channelsFirst", "channelsLast"]);
  if (shape.length !== 4) {
    const axes = layout === "channelsFirst" ? "channels, height, width" : "height, width, channels";
    throw new ShapeError(`${who}: image must be [batch, ${axes}], got [${shape.join(", ")}].`);
  }
  const first = layout === "channelsFirst";
  const [batch, channels, height, width] = (first ? shape : [shape[0], shape[3], shape[1], shape[2]]) as [
    number,
    number,
    number,
    number,
  ];
  if (height % patchHeight !== 0 || width % patchWidth !== 0) {
    throw new ShapeError(
      `${who}: height and width must be multiples of the patch, got ${height} × ${width} and patches of ${patchHeight} × ${patchWidth}. ` +
        "Pad or resize the image.",
    );
  }
  const down = height / patchHeight;
  const across = width / patchWidth;
  const patchDim = channels * patchHeight * patchWidth;
  const source = new Int32Array(batch * down * across * patchDim);
  const at = (b: number, channel: number, row: number, column: number): number =>
    first
      ? ((b * channels + channel) * height + row) * width + column
      : ((b * height + row) * width + column) * channels + channel;
  let place = 0;
  for (let b = 0; b < batch; b++) {
    for (let patch = 0; patch < down * across; patch++) {
      const top = Math.floor(patch / across) * patchHeight;
      const left = (patch % across) * patchWidth;
      for (let i = 0; i < patchDim; i++) {
        const channel = first ? Math.floor(i / (patchHeight * patchWidth)) : i % channels;
        const pixel = first ? i % (patchHeight * patchWidth) : Math.floor(i / channels);
        source[place++] = at(b, channel, top + Math.floor(pixel / patchWidth), left + (pixel % patchWidth));
      }
    }
  }
  return { imageShape: shape, patchShape: [batch, down * across, patchDim], source };
}
