import { trace } from "@fovea/program";
import {
  copyRegisteredKernels,
  getKernelsForBackend,
  grads,
  profile,
  registerBackend,
  removeBackend,
  engine,
  setBackend,
  tidy,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "../attention.ts";
import { normals, toTf } from "../testing/convert.ts";
import { useBackend } from "../testing/use-backend.ts";

const normal = normals(31);
const shape = [1, 2, 4, 3];

/** Every operation that programs have, on one path or another. */
const busy = trace(({ score: s, head, query, key, keys, table, select, random, minimum, maximum, not }) => {
  const near = key.subtract(query).absolute().remainder(3).floorDivide(2).maximum(0).minimum(5).negate();
  const bits = near.shiftLeft(1).bitAnd(6).bitXor(1).bitOr(head).shiftRight(1).multiply(keys);
  const read = table("gain", normal([2, 5])).at(head, bits);
  const smooth = s
    .tanh()
    .add(s.sigmoid())
    .add(s.sin().multiply(s.cos()))
    .add(s.absolute().add(1).log())
    .add(s.exp().sqrt());
  const bent = maximum(minimum(s.power(2), 4), s.floor().remainder(1.5))
    .divide(2)
    .negate();
  const isOdd = table("odd", [false, true, false, true])
    .at(key)
    .equal(not(s.less(0)));
  return select(isOdd.and(key.lessEqual(query)).or(near.notEqual(0)), smooth, bent)
    .add(read)
    .add(random(3))
    .add(s.toInt().toFloat())
    .add(isOdd.toFloat());
});

const normalizers = ["softmax", "softmaxPlusOne", "sigmoid", "relu", "sparsemax", "entmax15"] as const;

const busily =
  (normalizer: (typeof normalizers)[number]) =>
  (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    attention(q, k, v, { score: busy, normalizer, keyLengths: [3], kernels: "composite" });

describe("composite attention", () => {
  useBackend("cpu");

  test("uses kernels that the backends webgl and wasm have, forward and backward", async () => {
    const used = new Set<string>();
    for (const normalizer of normalizers) {
      const { kernelNames } = await profile(() =>
        tidy(() => {
          for (const gradient of grads(busily(normalizer))([0, 1, 2].map(() => toTf(normal(shape)))))
            gradient.dataSync();
        }),
      );
      // scopes are listed too; kernels have capitals
      for (const name of kernelNames) if (/^_?[A-Z]/.test(name)) used.add(name);
    }
    expect(used.size).toBeGreaterThan(40);
    for (const backend of ["webgl", "wasm"]) {
      const there = new Set(getKernelsForBackend(backend).map(({ kernelName }) => kernelName));
      expect([...used].filter((name) => !there.has(name))).toEqual([]);
    }
  });

  test("is what a backend that this package does not know gets", async () => {
    copyRegisteredKernels("cpu", "unheard");
    const { backend } = engine();
    registerBackend("unheard", () => Object.create(backend) as typeof backend);
    await setBackend("unheard");
    try {
      const { kernelNames } = await profile(() =>
        tidy(() => {
          const [q, k, v] = [0, 1, 2].map(() => toTf(normal(shape)));
          attention(q, k, v);
        }),
      );
      expect(kernelNames).not.toContain("FoveaAttention");
      const fused = (): void =>
        tidy(() => void attention(toTf(normal(shape)), toTf(normal(shape)), toTf(normal(shape)), { kernels: "fused" }));
      expect(fused).toThrow(/fused kernels run on the backends cpu and wasm, got unheard/);
    } finally {
      await setBackend("cpu");
      removeBackend("unheard");
    }
  });
});
