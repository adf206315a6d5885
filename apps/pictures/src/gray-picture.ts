/** A picture without color. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  /** Row by row, 0 black to 1 white, `[height × width]`. */
  readonly light: Float32Array;
}

/** A picture as decoders give it. */
export interface ColorPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel from 0 to 255, `[height × width × 4]`. */
  readonly data: Uint8Array;
}

/** Color to gray by the luma weights of Rec. 601 (0.299, 0.587, 0.114), on the numbers as they are stored, laid over black where it is transparent.
 *  A drawing in black on nothing would vanish there: it is laid over white. */
export function grayPicture({ width, height, data }: ColorPicture): GrayPicture {
  const over = (ground: number): Float32Array =>
    Float32Array.from({ length: width * height }, (_, pixel) => {
      const [red, green, blue, alpha] = data.subarray(4 * pixel, 4 * pixel + 4);
      const luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
      return luma * (alpha / 255) + ground * (1 - alpha / 255);
    });
  const light = over(0);
  return { width, height, light: light.some((value) => value > 0) ? light : over(1) };
}
