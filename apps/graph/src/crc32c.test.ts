import { expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.ts";

test("check sums are those of RFC 3720, appendix B.4", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283); // the catalogue's check value of CRC-32/ISCSI
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});

test("LevelDB's mask turns by 15 bits and adds a constant", () => {
  expect(maskedCrc32c(new Uint8Array(32))).toBe(0x0fd7fffa);
});
