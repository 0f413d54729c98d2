// Passkeys need a script; everything else works without one. A form with data-passkey holds the
// question in data-options; the answer goes into its field `answer`, and the form is sent.
"use strict";
{
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const made = async (asked) => {
    asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = named(asked.excludeCredentials);
    const key = await navigator.credentials.create({ publicKey: asked });
    return { key, response: { attestationObject: text(key.response.attestationObject) } };
  };
  const shown = async (asked) => {
    asked.allowCredentials = named(asked.allowCredentials);
    const key = await navigator.credentials.get({ publicKey: asked });
    const said = key.response;
    return { key, response: {
      authenticatorData: text(said.authenticatorData), signature: text(said.signature),
    } };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const asked = JSON.parse(form.dataset.options);
      asked.challenge = bytes(asked.challenge);
      try {
        const { key, response } = await (form.dataset.passkey === "make" ? made : shown)(asked);
        response.clientDataJSON = text(key.response.clientDataJSON);
        form.elements.answer.value = JSON.stringify({
          id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {},
        });
      } catch {
        form.elements.answer.value = "{}"; // given up, or none: the page says what else there is
      }
      form.submit();
    });
  }
}
