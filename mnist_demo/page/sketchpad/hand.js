// Which of the pointers on a pad draws: the mouse, a pen or one finger. Two fingers are the browser's, to pinch with.
const PEN_RULES = 2000; // milliseconds after a pen was near in which a touch is the hand that holds it

// Calls begin(event), move(events), end() and cancel(), which takes back what has been drawn since begin.
export function followHand(pad, { begin, move, end, cancel }) {
  const fingers = new Set();
  let drawing = null; // the event that the stroke began with
  let penSeen = -Infinity;

  const stop = (how) => {
    drawing = null;
    how();
  };

  pad.addEventListener("pointerdown", (event) => {
    const kind = event.pointerType;
    if (kind === "pen") penSeen = event.timeStamp;
    if (kind === "touch") fingers.add(event.pointerId);
    const isAside = kind === "touch" && (fingers.size > 1 || event.timeStamp - penSeen < PEN_RULES);
    if (drawing?.pointerType === "touch" && (isAside || kind === "pen")) stop(cancel);
    if (drawing || isAside || (event.button > 0 && event.button !== 5)) return;
    event.preventDefault(); // no text selection, no dragging
    pad.setPointerCapture(event.pointerId); // so that the stroke goes on beyond the pad's edge and back
    drawing = event;
    begin(event);
  });

  pad.addEventListener("pointermove", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    if (event.pointerId !== drawing?.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    move(events.length ? events : [event]);
  });

  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    pad.addEventListener(type, (event) => {
      fingers.delete(event.pointerId);
      if (event.pointerId === drawing?.pointerId) stop(end);
    });
  }
}
