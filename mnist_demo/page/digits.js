// Prepended to every component that words a digit: the same thresholds and the same words everywhere.
const EMPTY = { text: "", digits: [] };
const UNSURE_BELOW = 0.8;

function isUnsure(digit) {
  return digit.label !== null && digit.confidence < UNSURE_BELOW;
}

function percent(probability) {
  return `${Math.round(100 * probability)}%`;
}

function runnerUp(digit) {
  const ranked = [...digit.probabilities.keys()].sort((a, b) => digit.probabilities[b] - digit.probabilities[a]);
  return ranked.find((label) => String(label) !== digit.label);
}

function describe(digit) {
  if (digit.label === null) return T("not_digit");
  if (isUnsure(digit)) return T("perhaps", { label: digit.label, other: runnerUp(digit) });
  return `${digit.label}, ${percent(digit.confidence)}`;
}
