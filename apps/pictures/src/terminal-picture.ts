import type { SquarePicture } from "./heat-picture.ts";

/** How a terminal shows color: not at all, the 256 of xterm, or any. */
export type TerminalColors = "none" | "indexed" | "true";

/** A picture as lines of text, a column for each pixel and a line for two rows of them: the upper half of a block is one color and
 *  its ground another. Without color: shades of block characters. */
export function terminalPicture(picture: SquarePicture, colors: TerminalColors): string[] {
  const { size } = picture;
  return Array.from({ length: Math.ceil(size / 2) }, (_, line) => {
    const cells = Array.from({ length: size }, (_, x) => {
      const upper = colorAt(picture, x, 2 * line);
      const lower = colorAt(picture, x, Math.min(size - 1, 2 * line + 1));
      if (colors === "none") return shadeOf([...upper, ...lower]);
      const code = colors === "true" ? trueColor : indexedColor;
      return `\u001B[38;${code(upper)};48;${code(lower)}m▀`;
    });
    return cells.join("") + (colors === "none" ? "" : "\u001B[0m");
  });
}

function colorAt({ size, colors }: SquarePicture, x: number, y: number): Uint8Array {
  const start = 3 * (y * size + x);
  return colors.subarray(start, start + 3);
}

const trueColor = (color: Uint8Array): string => `2;${color.join(";")}`;

/** xterm's 256 colors: 16 to 231 are a cube of 6 × 6 × 6, whose steps are 0, 95, 135, 175, 215, 255. */
function indexedColor(color: Uint8Array): string {
  const [red, green, blue] = Array.from(color, (value) =>
    value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40),
  );
  return `5;${16 + 36 * red + 6 * green + blue}`;
}

const shades = " ░▒▓█";

function shadeOf(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length / 255;
  return shades[Math.min(shades.length - 1, Math.floor(mean * shades.length))];
}
