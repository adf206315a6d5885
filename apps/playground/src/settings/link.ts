import { defaults, longestFormula, offered, ranges, views, type Settings } from "./settings.ts";

/** A link that the page cannot follow: what is wrong with it, in a sentence. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** Longer than any link that the page makes. */
const longestLink = 4 * longestFormula;

/** The settings as the part of an address behind `#`: only what differs from the defaults, so that links stay short. */
export function toLink(settings: Settings): string {
  const chosen = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value !== defaults[name as keyof Settings]) chosen.set(name, String(value));
  }
  return chosen.toString();
}

/** The settings that a link carries. Links come from strangers: whatever they say is checked, and nothing in them is run.
 *  @throws {LinkError} for an unknown name, a name twice, a number out of range or a text that is too long */
export function fromLink(link: string): Settings {
  if (link.length > longestLink)
    throw new LinkError(`This link is longer than any that this page makes (${longestLink}).`);
  const given: Record<string, string | number> = {};
  for (const [name, text] of new URLSearchParams(link.replace(/^#/, ""))) {
    if (!Object.hasOwn(defaults, name))
      throw new LinkError(`This link names a setting that there is not: ${shown(name)}.`);
    if (Object.hasOwn(given, name)) throw new LinkError(`This link names ${name} twice.`);
    given[name] = read(name as keyof Settings, text);
  }
  const settings = { ...defaults, ...given } as Settings;
  if (settings.head >= settings.heads) {
    throw new LinkError(`This link shows head ${settings.head} of ${settings.heads}: heads count from 0.`);
  }
  return settings;
}

function read(name: keyof Settings, text: string): string | number {
  switch (name) {
    case "score":
    case "mask":
      if (text.length <= longestFormula) return text;
      throw new LinkError(`The ${name} in this link is longer than a formula may be (${longestFormula}).`);
    case "normalizer":
      return among(name, text, offered);
    case "view":
      return among(name, text, views);
    default: {
      const { least, most } = ranges[name];
      const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
      if (value >= least && value <= most) return value;
      throw new LinkError(
        `This link wants ${name} to be ${shown(text)}: a whole number from ${least} to ${most} is needed.`,
      );
    }
  }
}

function among(name: string, text: string, allowed: readonly string[]): string {
  if (allowed.includes(text)) return text;
  throw new LinkError(`This link wants ${name} to be ${shown(text)}: there are ${allowed.join(", ")}.`);
}

/** Text of a stranger, short and without what moves or hides text. */
const shown = (text: string): string => {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
  return JSON.stringify(safe.length > 40 ? `${safe.slice(0, 39)}…` : safe);
};
