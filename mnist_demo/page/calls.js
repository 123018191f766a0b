// Calls the functions of a component, as Gradio's own `server` does; but that keeps to itself why a call failed.
(() => {
  const SESSION = "page"; // one for all: no function of the page's keeps anything between calls
  const PATIENCE = 90000; // milliseconds for an answer: the server gives a file 60 s to arrive, and then it has to be read

  // Answers what a function answers; { error } where the server refuses or fails, and { error, again } where it says after
  // how many seconds to ask again; undefined where it cannot be reached, or what stands before it cannot reach it.
  async function call(component, name, argument) {
    const question = { component_id: component, fn_name: name, session_hash: SESSION };
    try {
      const response = await fetch("gradio_api/component_server/", {
        method: "POST",
        signal: AbortSignal.timeout(PATIENCE),
        ...(argument?.binary
          ? { body: asForm({ ...argument.data, ...question }) }
          : asJson({ ...question, data: argument })),
      });
      if (response.ok) return await response.json();
      const [error, again] = [faultOf(response.status), Number(response.headers.get("Retry-After"))];
      if (again) return { error, again };
      return response.status === 429 || response.status > 500 ? undefined : { error };
    } catch {
      return undefined; // the connection broke off, perhaps in the middle of the answer, or nothing came in time
    }
  }

  function faultOf(status) {
    if (status === 408) return { kind: "model_away" }; // what was sent took too long to arrive
    if (status === 413) return { kind: "heavy", megabytes: SENT_MAX / 1e6 };
    return { kind: status < 500 ? "unfit" : "fault" };
  }

  function asForm(fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return form;
  }

  function asJson(value) {
    return { body: JSON.stringify(value), headers: { "Content-Type": "application/json" } };
  }

  window.serverOf = (elementId) => {
    const { id } = gradio_config.components.find(({ props }) => props.elem_id === elementId);
    return new Proxy({}, { get: (_, name) => (argument) => call(id, name, argument) });
  };
})();
