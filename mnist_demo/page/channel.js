// Prepended to each component that reads pictures. The readout beside the tabs shows what the visible tab last
// announced; a hidden tab keeps its reading to itself until it is shown again.
function announcer(element) {
  let latest = { reading: EMPTY, busy: false };
  const tell = () => {
    if (element.checkVisibility()) document.dispatchEvent(new CustomEvent("digits:reading", { detail: latest }));
  };
  new IntersectionObserver((entries) => entries.at(-1).isIntersecting && tell()).observe(element);
  return (reading, details = {}) => {
    if (details.picture && reading.digits.length) window.lastPicture = details.picture; // for who explains how it is read
    latest = { reading, busy: false, source: element, ...details };
    tell();
  };
}

// One button or plain box a digit, laid over a picture of the given size; nodes are kept so that they glide.
function showBoxes(layer, digits, width, height, chosen) {
  while (layer.children.length > digits.length) layer.lastChild.remove();
  digits.forEach((digit, index) => {
    const [left, top, right, bottom] = digit.box;
    const box = layer.children[index] ?? layer.appendChild(document.createElement("button"));
    box.type = "button";
    box.dataset.label = digit.label ?? "";
    box.classList.toggle("unsure", isUnsure(digit));
    box.classList.toggle("nothing", digit.label === null);
    box.setAttribute("aria-pressed", index === chosen);
    box.setAttribute("aria-label", describe(digit));
    box.style.cssText = `left:${(100 * left) / width}%;top:${(100 * top) / height}%;` +
      `width:${(100 * (right - left)) / width}%;height:${(100 * (bottom - top)) / height}%`;
  });
}

// Asks the server, and keeps asking while the connection is lost. Gradio answers undefined where a request failed.
async function ask(request, status, isWanted = () => true) {
  const slow = setTimeout(() => (status.textContent = T("waiting")), 1500);
  for (let pause = 500; isWanted(); pause = Math.min(2 * pause, 4000)) {
    const answer = await Promise.race([request(), sleep(30000)]);
    if (answer !== undefined) {
      clearTimeout(slow);
      status.textContent = "";
      return answer;
    }
    clearTimeout(slow);
    status.textContent = T("lost");
    await sleep(pause);
  }
  clearTimeout(slow);
  status.textContent = "";
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
