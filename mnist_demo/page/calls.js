// Calls the functions of a component, as Gradio's own `server` does; but that keeps to itself why a call failed.
(() => {
  const SESSION = "page"; // one for all: no function of the page's keeps anything between calls

  // Answers what a function answers; { error, again } where the server has too many requests, and says after how many
  // seconds to ask again; undefined where it cannot be reached, or fails.
  async function call(component, name, argument) {
    const question = { component_id: component, fn_name: name, session_hash: SESSION };
    try {
      const response = await fetch("gradio_api/component_server/", {
        method: "POST",
        ...(argument?.binary
          ? { body: asForm({ ...argument.data, ...question }) }
          : asJson({ ...question, data: argument })),
      });
      if (response.ok) return await response.json();
      const again = Number(response.headers.get("Retry-After"));
      return again ? { ...(await response.json()), again } : undefined;
    } catch {
      return undefined; // the connection broke off, perhaps in the middle of the answer
    }
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
