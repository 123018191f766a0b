// Questions to a server that may be busy or away.

/** Asks the server, and keeps asking while it is busy or the connection lost; never before the last question has ended.
 * @param {() => Promise<any>} request gets the answer: { again } from a busy server, the seconds after which to ask again;
 *   undefined where it failed
 * @param {{ textContent: string | null }} status shows what is waited for
 * @param {() => boolean} isWanted whether anyone still wants to know; status is left alone from then on
 * @returns {Promise<any>} the answer; undefined if it is wanted no more
 */
export async function ask(request, status, isWanted = () => true) {
  const say = (/** @type {string} */ words) => isWanted() && (status.textContent = words);
  const slow = setTimeout(() => say(T("waiting")), 1500);
  for (let pause = 500; isWanted(); pause = Math.min(2 * pause, 4000)) {
    const answer = await request();
    clearTimeout(slow);
    if (answer !== undefined && !answer?.again) {
      say("");
      return answer;
    }
    say(T(answer ? "busy" : "lost"));
    await sleep(answer ? 1000 * answer.again + 500 * Math.random() : pause); // at random, lest all come back at once
  }
  clearTimeout(slow);
}

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
