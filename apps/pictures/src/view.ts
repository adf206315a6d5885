import { areaAverage, type Frame } from "./area-average.ts";
import { frameSubject } from "./frame-subject.ts";
import type { GrayPicture } from "./gray-picture.ts";
import { lightOnDark, standOut } from "./light-on-dark.ts";
import { UserError } from "@fovea/command-line";
import { side, type VisionModel } from "./vision-models.ts";

/** A picture made ready for a model. */
export interface View {
  readonly name: string;
  /** Light on dark, in its own size. */
  readonly picture: GrayPicture;
  /** The part of it that the model sees. */
  readonly frame: Frame;
  /** What the model reads: that part in 28 × 28. */
  readonly seen: GrayPicture;
  readonly isInverted: boolean;
}

/** A picture of 28 × 28 is taken as it is, as the data sets have them, save for turning dark on light over; in any other the subject is found
 *  and framed first.
 *  @param invert true or false to decide about turning it over; default: as its border asks
 *  @throws {UserError} for a picture with nothing on it */
export function viewOf(name: string, original: GrayPicture, model: VisionModel, invert?: boolean): View {
  const { picture, isInverted } = lightOnDark(original, invert);
  const clear = standOut(picture);
  if (clear === null) {
    throw new UserError(`${name} is one even surface: expected something light on dark, or dark on light.`);
  }
  if (picture.width === side && picture.height === side) {
    return { name, picture, frame: { left: 0, top: 0, side }, seen: picture, isInverted };
  }
  const frame = frameSubject(clear, model.subject);
  return { name, picture: clear, frame, seen: areaAverage(clear, frame, side), isInverted };
}
