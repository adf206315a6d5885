const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text from anywhere for an SVG picture: markup escaped, and without the characters that XML does not allow (controls, half a surrogate pair, U+FFFE and U+FFFF) or
 *  that turn the direction of writing around.
 *  @see https://www.w3.org/TR/xml/#charsets */
export function svgText(text: string): string {
  return text
    .replaceAll(/\p{Cs}/gu, "\uFFFD")
    .replaceAll(/\p{Cc}|\p{Cf}|[\uFFFE\uFFFF]/gu, "")
    .replaceAll(/[&<>"']/g, (character) => entities[character]);
}
