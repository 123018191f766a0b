// The table as a file: rows of {name, text, lowest, error}, or of MNIST's images, which have pixels.

// What a spreadsheet reads; of MNIST's images alone, what Kaggle takes as a submission.
export function csvOf(rows) {
  if (rows.every(({ pixels }) => pixels)) {
    const lines = rows.map(({ text }, i) => `${i + 1},${text}`);
    return asFile(["ImageId,Label", ...lines, ""].join("\n"), "submission.csv");
  }
  const lines = rows.map(({ name, text, lowest, error }) =>
    [name, text, lowest?.toFixed(4), error].map(quoted).join(","),
  );
  return asFile(["\ufefffile,text,lowest_confidence,error", ...lines, ""].join("\r\n"), "digits.csv"); // UTF-8 with a mark
}

// A value in quotes; one that a spreadsheet would take for a formula gets an apostrophe before it.
function quoted(value) {
  return `"${String(value ?? "")
    .replace(/^[=+\-@\t]/, "'$&")
    .replaceAll('"', '""')}"`;
}

function asFile(text, name) {
  return new File([text], name, { type: "text/csv" });
}
