// Asks the server, and keeps asking while it is busy or the connection lost. A busy server says after how many seconds to
// ask again; a request that failed has no answer.
export async function ask(request, status, isWanted = () => true) {
  const slow = setTimeout(() => (status.textContent = T("waiting")), 1500);
  for (let pause = 500; isWanted(); pause = Math.min(2 * pause, 4000)) {
    const answer = await Promise.race([request(), sleep(30000)]);
    clearTimeout(slow);
    if (answer !== undefined && !answer?.again) {
      status.textContent = "";
      return answer;
    }
    status.textContent = T(answer ? "busy" : "lost");
    await sleep(answer ? 1000 * answer.again + 500 * Math.random() : pause); // at random, lest all come back at once
  }
  clearTimeout(slow);
  status.textContent = "";
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
