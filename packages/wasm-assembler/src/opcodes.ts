/** Value types of WebAssembly, by their byte in the binary format (WebAssembly 3.0, 5.3). */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** What an instruction works on or gives, one letter each. Capitals are vectors whose numbers are known: four float32, four int32, two float64; the type
 *  checker of the stack sees v128. */
export const letterTypes: Readonly<Record<Letter, ValueType>> = {
  i: "i32",
  f: "f32",
  d: "f64",
  v: "v128",
  F: "v128",
  I: "v128",
  D: "v128",
};
export type Letter = "i" | "f" | "d" | "v" | "F" | "I" | "D";

// Every instruction that there is, by its bytes: its code, or a prefix and a code that is written as LEB128; then operands and result.

/** Instructions without immediates. */
export const plainOpcodes = {
  "i32.eqz": [[0x45], "i", "i"],
  "i32.eq": [[0x46], "ii", "i"],
  "i32.ne": [[0x47], "ii", "i"],
  "i32.lt_s": [[0x48], "ii", "i"],
  "i32.lt_u": [[0x49], "ii", "i"],
  "i32.gt_s": [[0x4a], "ii", "i"],
  "i32.le_s": [[0x4c], "ii", "i"],
  "i32.ge_s": [[0x4e], "ii", "i"],
  "i32.ge_u": [[0x4f], "ii", "i"],
  "i32.add": [[0x6a], "ii", "i"],
  "i32.sub": [[0x6b], "ii", "i"],
  "i32.mul": [[0x6c], "ii", "i"],
  "i32.div_s": [[0x6d], "ii", "i"],
  "i32.rem_s": [[0x6f], "ii", "i"],
  "i32.and": [[0x71], "ii", "i"],
  "i32.or": [[0x72], "ii", "i"],
  "i32.xor": [[0x73], "ii", "i"],
  "i32.shl": [[0x74], "ii", "i"],
  "i32.shr_s": [[0x75], "ii", "i"],
  "i32.shr_u": [[0x76], "ii", "i"],
  "f32.eq": [[0x5b], "ff", "i"],
  "f32.ne": [[0x5c], "ff", "i"],
  "f32.lt": [[0x5d], "ff", "i"],
  "f32.gt": [[0x5e], "ff", "i"],
  "f32.abs": [[0x8b], "f", "f"],
  "f32.neg": [[0x8c], "f", "f"],
  "f32.sqrt": [[0x91], "f", "f"],
  "f32.add": [[0x92], "ff", "f"],
  "f32.sub": [[0x93], "ff", "f"],
  "f32.mul": [[0x94], "ff", "f"],
  "f32.div": [[0x95], "ff", "f"],
  "f32.min": [[0x96], "ff", "f"],
  "f32.max": [[0x97], "ff", "f"],
  "f32.convert_i32_s": [[0xb2], "i", "f"],
  "i32.reinterpret_f32": [[0xbc], "f", "i"],
  "f32.reinterpret_i32": [[0xbe], "i", "f"],
  "f64.add": [[0xa0], "dd", "d"],
  "f64.promote_f32": [[0xbb], "f", "d"],
  "i32x4.splat": [[0xfd, 17], "i", "v"],
  "f32x4.splat": [[0xfd, 19], "f", "v"],
  "i32x4.eq": [[0xfd, 55], "II", "v"],
  "i32x4.ne": [[0xfd, 56], "II", "v"],
  "i32x4.lt_s": [[0xfd, 57], "II", "v"],
  "i32x4.lt_u": [[0xfd, 58], "II", "v"],
  "i32x4.gt_s": [[0xfd, 59], "II", "v"],
  "i32x4.le_s": [[0xfd, 61], "II", "v"],
  "i32x4.ge_s": [[0xfd, 63], "II", "v"],
  "f32x4.eq": [[0xfd, 65], "FF", "v"],
  "f32x4.ne": [[0xfd, 66], "FF", "v"],
  "f32x4.lt": [[0xfd, 67], "FF", "v"],
  "f32x4.gt": [[0xfd, 68], "FF", "v"],
  "f32x4.le": [[0xfd, 69], "FF", "v"],
  "f32x4.ge": [[0xfd, 70], "FF", "v"],
  "f64x2.gt": [[0xfd, 74], "DD", "v"],
  "v128.not": [[0xfd, 77], "v", "v"],
  "v128.and": [[0xfd, 78], "vv", "v"],
  "v128.andnot": [[0xfd, 79], "vv", "v"],
  "v128.or": [[0xfd, 80], "vv", "v"],
  "v128.xor": [[0xfd, 81], "vv", "v"],
  "v128.bitselect": [[0xfd, 82], "vvv", "v"],
  "v128.any_true": [[0xfd, 83], "v", "i"],
  "f32x4.ceil": [[0xfd, 103], "F", "v"],
  "f32x4.floor": [[0xfd, 104], "F", "v"],
  "f32x4.nearest": [[0xfd, 106], "F", "v"],
  "i32x4.abs": [[0xfd, 160], "I", "v"],
  "i32x4.neg": [[0xfd, 161], "I", "v"],
  "i32x4.extend_low_i16x8_s": [[0xfd, 167], "v", "v"],
  "i32x4.extend_high_i16x8_s": [[0xfd, 168], "v", "v"],
  "i32x4.all_true": [[0xfd, 163], "v", "i"],
  "i32x4.shl": [[0xfd, 171], "Ii", "v"],
  "i32x4.shr_s": [[0xfd, 172], "Ii", "v"],
  "i32x4.shr_u": [[0xfd, 173], "Ii", "v"],
  "i32x4.add": [[0xfd, 174], "II", "v"],
  "i32x4.sub": [[0xfd, 177], "II", "v"],
  "i32x4.mul": [[0xfd, 181], "II", "v"],
  "i32x4.min_s": [[0xfd, 182], "II", "v"],
  "i32x4.max_s": [[0xfd, 184], "II", "v"],
  "f32x4.abs": [[0xfd, 224], "F", "v"],
  "f32x4.neg": [[0xfd, 225], "F", "v"],
  "f32x4.sqrt": [[0xfd, 227], "F", "v"],
  "f32x4.add": [[0xfd, 228], "FF", "v"],
  "f32x4.sub": [[0xfd, 229], "FF", "v"],
  "f32x4.mul": [[0xfd, 230], "FF", "v"],
  "f32x4.div": [[0xfd, 231], "FF", "v"],
  "f32x4.min": [[0xfd, 232], "FF", "v"],
  "f32x4.max": [[0xfd, 233], "FF", "v"],
  "f32x4.pmin": [[0xfd, 234], "FF", "v"],
  "f32x4.pmax": [[0xfd, 235], "FF", "v"],
  "f32x4.demote_f64x2_zero": [[0xfd, 94], "v", "v"],
  "f64x2.promote_low_f32x4": [[0xfd, 95], "v", "v"],
  "f64x2.floor": [[0xfd, 117], "D", "v"],
  "f64x2.nearest": [[0xfd, 148], "D", "v"],
  "f64x2.add": [[0xfd, 240], "DD", "v"],
  "f64x2.sub": [[0xfd, 241], "DD", "v"],
  "f64x2.mul": [[0xfd, 242], "DD", "v"],
  "f64x2.div": [[0xfd, 243], "DD", "v"],
  "i32x4.trunc_sat_f32x4_s": [[0xfd, 248], "v", "v"],
  "i32x4.trunc_sat_f64x2_s_zero": [[0xfd, 252], "v", "v"],
  "f64x2.convert_low_i32x4_s": [[0xfd, 254], "v", "v"],
  "f32x4.convert_i32x4_s": [[0xfd, 250], "v", "v"],
  "f32x4.relaxed_madd": [[0xfd, 261], "FFF", "v"],
  "f32x4.relaxed_nmadd": [[0xfd, 262], "FFF", "v"],
} as const;

/** Loads and stores, whose immediate is an offset in bytes. */
export const memoryOpcodes = {
  "i32.load": [[0x28], "i", "i"],
  "f32.load": [[0x2a], "i", "f"],
  "f64.load": [[0x2b], "i", "d"],
  "i32.load8_s": [[0x2c], "i", "i"],
  "i32.load8_u": [[0x2d], "i", "i"],
  "i32.load16_u": [[0x2f], "i", "i"],
  "i32.store": [[0x36], "ii", ""],
  "f32.store": [[0x38], "if", ""],
  "f64.store": [[0x39], "id", ""],
  "i32.store8": [[0x3a], "ii", ""],
  "v128.load": [[0xfd, 0], "i", "v"],
  "v128.load8x8_s": [[0xfd, 1], "i", "v"],
  "v128.load16x4_u": [[0xfd, 4], "i", "v"],
  "v128.load32_splat": [[0xfd, 9], "i", "v"],
  "v128.load64_splat": [[0xfd, 10], "i", "v"],
  "v128.store": [[0xfd, 11], "iv", ""],
  "v128.load32_zero": [[0xfd, 92], "i", "v"],
  "i32.atomic.rmw.add": [[0xfe, 0x1e], "ii", "i"],
} as const;

/** Reads and replaces one lane, its number the immediate. */
export const laneOpcodes = {
  "i32x4.extract_lane": [[0xfd, 27], "v", "i"],
  "i32x4.replace_lane": [[0xfd, 28], "vi", "v"],
  "f32x4.extract_lane": [[0xfd, 31], "v", "f"],
  "f32x4.replace_lane": [[0xfd, 32], "vf", "v"],
} as const;

/** Loads and stores of one lane: an offset and the lane's number. */
export const memoryLaneOpcodes = {
  "v128.load32_lane": [[0xfd, 86], "iv", "v"],
  "v128.store32_lane": [[0xfd, 90], "iv", ""],
  "v128.store64_lane": [[0xfd, 91], "iv", ""],
} as const;

/** Instructions whose operands depend on where they stand, or whose immediates are of their own kind. */
export const otherOpcodes = {
  block: [0x02],
  loop: [0x03],
  if: [0x04],
  else: [0x05],
  end: [0x0b],
  br: [0x0c],
  br_if: [0x0d],
  return: [0x0f],
  call: [0x10],
  "local.get": [0x20],
  "local.set": [0x21],
  "local.tee": [0x22],
  "memory.copy": [0xfc, 10],
  "memory.fill": [0xfc, 11],
  "i32.const": [0x41],
  "f32.const": [0x43],
  select: [0x1b],
  drop: [0x1a],
  "v128.const": [0xfd, 12],
  "i8x16.shuffle": [0xfd, 13],
} as const;

export type PlainOpcode = keyof typeof plainOpcodes;
export type MemoryOpcode = keyof typeof memoryOpcodes;
export type LaneOpcode = keyof typeof laneOpcodes;
export type MemoryLaneOpcode = keyof typeof memoryLaneOpcodes;
export type OtherOpcode = keyof typeof otherOpcodes;
export type Opcode = PlainOpcode | MemoryOpcode | LaneOpcode | MemoryLaneOpcode | OtherOpcode;
