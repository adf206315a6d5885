/** Tokens of the story that is timed. */
export const storyTokens = 256;
