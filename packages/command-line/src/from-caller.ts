import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";

/** A path as the person meant it: `npm run` starts an app in the app's own folder and says in `FOVEA_CALLED_FROM` where it was called from. */
export function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

/** A parser for options that name a picture to write.
 *  @param endings of files that the app can write, e.g. `.svg`
 *  @returns the path, from where the person called */
export function pictureFile(...endings: readonly string[]): (path: string) => string {
  return (path) => {
    if (endings.some((ending) => path.toLowerCase().endsWith(ending))) return fromCaller(path);
    throw new InvalidArgumentError(`Expected a file whose name ends in ${endings.join(" or ")}.`);
  };
}
