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
export function grayPicture(picture: ColorPicture): GrayPicture {
  const { width, height } = picture;
  const light = overGround(picture, 0);
  return { width, height, light: light.some((value) => value > 0) ? light : overGround(picture, 1) };
}

function overGround({ width, height, data }: ColorPicture, ground: number): Float32Array {
  const light = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < light.length; pixel++, at += 4) {
    const luma = (0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]) / 255;
    const alpha = data[at + 3] / 255;
    light[pixel] = luma * alpha + ground * (1 - alpha);
  }
  return light;
}
