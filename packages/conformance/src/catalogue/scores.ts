import type { Program } from "@fovea/program";
import {
  activationByLog,
  additiveBias,
  alibi,
  chain,
  distanceDecay,
  focus,
  glance,
  graphormerBias,
  pairBias,
  perHead,
  perHeadModes,
  relativeBias,
  sandwich,
  scan,
  sinkKeyBias,
  softCap,
  swinRelativeBias,
  t5RelativeBias,
  temperature,
} from "@fovea/scoring";
import type { Mode } from "@fovea/scoring";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** Positions that every table below reaches. */
const scoreLength = 40;

/** A float64 table of numbers that are all different and near 0. */
function table(...shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float64Array.from({ length }, (_, i) => Math.sin(1 + 1.3 * i)),
    { shape },
  );
}

const positions = Array.from({ length: scoreLength }, (_, i) => i);
const distances = positions.map((from) => positions.map((to) => Math.min(Math.abs(from - to), 5)));
const pathEdges = positions.map((from) =>
  positions.map((to) => [(from + to) % 4, from % 3 === 0 ? -1 : (from * to) % 4]),
);

const modes = { focus: focus({ temperature: [0.5, 1, 2, 1.5] }), glance: glance({ temperature: [4, 2, 8, 3] }) };
const partOf = ({ score }: Mode): Program => {
  if (score !== null) return score;
  throw new TypeError("this mode has no score");
};

/** Every score of @fovea/scoring in each of its kinds, for 4 heads and `scoreLength` positions. Tables are float64, so that differences see them. */
export const scores: Readonly<Record<string, Program>> = {
  "ALiBi with published slopes": alibi({ heads: 4 }),
  "ALiBi with learned slopes": alibi({ slopes: table(4), symmetric: true }),
  "soft cap": softCap(2),
  "fixed temperature": temperature(0.7),
  "temperature per head": temperature(tensor(Float64Array.of(0.5, 1.5, 2, 3))),
  "exponential decay": distanceDecay({ kind: "exponential", halfLife: tensor(Float64Array.of(1, 2, 3, 4)) }),
  "power decay": distanceDecay({ kind: "power", exponent: tensor(Float64Array.of(1, 2, 3, 0.5)), scale: [2] }),
  "Gaussian decay": distanceDecay({ kind: "gaussian", deviation: tensor(Float64Array.of(4, 5, 6, 7)) }),
  "relative bias": relativeBias({ table: table(4, 7) }),
  "T5 bias": t5RelativeBias({ table: table(8, 4), maximumDistance: 12 }),
  "causal T5 bias": t5RelativeBias({ table: table(8, 4), bidirectional: false, maximumDistance: 12 }),
  "Swin bias": swinRelativeBias({ table: table(15 * 9, 4), height: 8, width: 5 }),
  "Graphormer bias": graphormerBias({ distances, distanceBias: table(4, 6), pathEdges, edgeBias: table(2, 4, 4) }),
  sandwich: sandwich({ heads: 4, dimensions: 8 }),
  "tabulated sandwich": sandwich({ heads: 4, dimensions: 8, length: scoreLength }),
  "log relu": activationByLog("relu"),
  "log squared relu": activationByLog("squaredRelu", { offset: 0.1 }),
  "log sigmoid": activationByLog("sigmoid"),
  "log softplus": activationByLog("softplus"),
  "log gelu": activationByLog("gelu", { offset: 1 }),
  "pair bias": pairBias({ query: table(4, scoreLength), key: table(4, scoreLength) }),
  "graph attention": pairBias({
    query: table(4, scoreLength),
    key: table(4, scoreLength),
    negativeSlope: 0.2,
    replace: true,
  }),
  "additive bias": additiveBias(table(4, scoreLength, scoreLength)),
  "shared additive bias": additiveBias(table(1, scoreLength)),
  "sink bias": sinkKeyBias(table(4, 3)),
  "ALiBi, soft cap, ALiBi": chain(alibi({ slopes: table(4) }), softCap(3), alibi({ heads: 4 })),
  "a score per head": perHead([temperature([2]), null, softCap(1), alibi({ slopes: table(4) })]),
  focus: partOf(modes.focus),
  scan: partOf(scan({ slopes: table(4) })),
  glance: partOf(modes.glance),
  "a mode per head": partOf(perHeadModes([modes.focus, null, modes.glance, null])),
};
