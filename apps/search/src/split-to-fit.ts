const steps = ["sentence", "word", "grapheme"] as const;

/** Cuts a text into the fewest parts, in order, that each fit: between sentences, or where one sentence is too long between words,
 *  or where one word is too long between letters. */
export function splitToFit(text: string, fits: (part: string) => boolean): string[] {
  if (fits(text)) return [text];
  for (const granularity of steps) {
    const segments = [...new Intl.Segmenter("en", { granularity }).segment(text)].map(({ segment }) => segment);
    if (segments.length > 1) return pack(segments, fits).flatMap((part) => splitToFit(part, fits));
  }
  return [text];
}

/** Puts as many segments as fit into each part. */
function pack(segments: readonly string[], fits: (part: string) => boolean): string[] {
  const parts: string[] = [];
  let part = "";
  for (const segment of segments) {
    if (part.trim() !== "" && !fits((part + segment).trim())) {
      parts.push(part.trim());
      part = "";
    }
    part += segment;
  }
  if (part.trim() !== "") parts.push(part.trim());
  return parts;
}
