/** Colors of a picture, by how much there is of it, from paper to ink: lightness alone tells, so it reads alike with every kind of color vision.
 *  The light one is ColorBrewer's Blues (Harrower & Brewer 2003), the dark one runs from the page's background to white. */
const light = ["#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b"];
const dark = ["#171d2b", "#1c2f4d", "#204878", "#2a66a3", "#4388c4", "#6aa9db", "#9ac8ec", "#cbe3f7", "#ffffff"];

/** 256 pixels, as a canvas wants them: alpha, blue, green, red. */
export function palette(isDark: boolean): Uint32Array {
  const stops = (isDark ? dark : light).map((color) =>
    [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)),
  );
  return Uint32Array.from({ length: 256 }, (_, shade) => {
    const place = (shade / 255) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    const [r, g, b] = stops[at].map((from, i) => Math.round(from + (stops[at + 1][i] - from) * (place - at)));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}
