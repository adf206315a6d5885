/** Parts of a thread's scratch memory, one behind the other. Sizes in floats, each part rounded up to whole cache lines of 64 bytes.
 *  @returns by name where each part starts, in bytes, and how many there are in all */
export function parts<Name extends string>(
  floats: Readonly<Record<Name, number>>,
): Readonly<Record<Name | "bytes", number>> {
  let end = 0;
  const starts = Object.entries<number>(floats).map(([name, size]) => {
    const start = end;
    end += (size * 4 + 63) & ~63;
    return [name, start];
  });
  return Object.fromEntries([...starts, ["bytes", end]]) as Record<Name | "bytes", number>;
}
