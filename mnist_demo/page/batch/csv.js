// The table as a file: rows of {name, text, lowest, error}, or of MNIST's images, which have pixels.

// What a spreadsheet reads; of MNIST's images alone, what Kaggle takes as a submission.
export function csvOf(rows) {
  if (rows.every(({ pixels }) => pixels)) {
    const lines = rows.map(({ text }, i) => `${i + 1},${text ?? ""}`);
    return asFile(["ImageId,Label", ...lines, ""].join("\n"), "submission.csv");
  }
  const lines = rows.map(({ name, text, lowest, error }) =>
    [inert(name), text, lowest?.toFixed(4), inert(error)].map(quoted).join(","),
  );
  return asFile(["\ufefffile,text,lowest_confidence,error", ...lines, ""].join("\r\n"), "digits.csv"); // UTF-8 with a mark
}

// What a spreadsheet would take for a formula, with an apostrophe before it. What is read has digits and signs alone, and
// -45 is to stay a number.
function inert(words) {
  return words?.replace(/^[=+\-@\t]/, "'$&");
}

function quoted(value) {
  return `"${(value ?? "").replaceAll('"', '""')}"`;
}

function asFile(text, name) {
  return new File([text], name, { type: "text/csv" });
}
