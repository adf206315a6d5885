/** What came of some examples; add them up and divide. */
export type Score = {
  /** Sum of the losses of all answers (natural log). */
  readonly loss: number;
  readonly answers: number;
  readonly right: number;
  /** Groups of answers, all of which must be right. */
  readonly groups: number;
};

export const noScore: Score = { loss: 0, answers: 0, right: 0, groups: 0 };

export const addScores = (a: Score, b: Score): Score => ({
  loss: a.loss + b.loss,
  answers: a.answers + b.answers,
  right: a.right + b.right,
  groups: a.groups + b.groups,
});
