// What is wrong, in the reader's language: server and scripts tell it as facts.

/** The words for what is wrong, without the file's name.
 * @param {Fault} fault
 */
export function worded({ kind, name: _, ...facts }) {
  const written = Object.entries(facts).map(([key, fact]) => [
    key,
    fact?.toLocaleString(document.documentElement.lang),
  ]);
  return T(`error_${kind}`, Object.fromEntries(written));
}

/** The words, after the name of the file that they are about.
 * @param {Fault} fault
 */
export function named(fault) {
  return fault.name ? T("named", { name: fault.name, words: worded(fault) }) : worded(fault);
}
