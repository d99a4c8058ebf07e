// Ask for a token, revoke one.
{
  const page = document.getElementById("main"), told = document.getElementById("lt-told");
  const { userUrl, trouble, revoked, note } = page.dataset;
  const form = document.getElementById("request-token-form"), field = (id) => document.getElementById(id);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const scopes = field("token-scopes").value.split(/[\s,]+/).filter(Boolean);
    const asked = { note: field("token-note").value || note, expires_in: parseInt(field("token-expiration-seconds").value) || null };
    if (scopes.length) asked.scopes = scopes;
    told.textContent = "";
    try {
      const { body } = await window.ltApi(`${userUrl}/tokens`, "POST", asked);
      field("token-result").textContent = body.token;
      field("token-area").hidden = false;
      field("token-area").scrollIntoView({ block: "nearest" });
    } catch (error) {
      told.textContent = window.ltWords(trouble, { reason: error.message });
    }
  });

  for (const button of document.querySelectorAll(".revoke-token-btn")) {
    button.addEventListener("click", async () => {
      const row = button.closest(".token-row"), next = row.nextElementSibling || row.previousElementSibling;
      button.disabled = true;
      try {
        await window.ltApi(`${userUrl}/tokens/${encodeURIComponent(row.dataset.tokenId)}`, "DELETE");
        row.remove();
        told.textContent = revoked;
        (next?.querySelector("button") || form.querySelector("input")).focus();
      } catch (error) {
        button.disabled = false;
        told.textContent = window.ltWords(trouble, { reason: error.message });
      }
    });
  }
}
