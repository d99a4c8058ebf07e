// Stop, delete, add. Each says what it does, in a live region, and then the page shows what is so now.
{
  const page = document.getElementById("main"), told = document.getElementById("lt-told");
  const { userUrl, spawnUrl } = page.dataset;
  const urlOf = (server) => server ? `${userUrl}/servers/${encodeURIComponent(server)}` : `${userUrl}/server`;
  const say = (words, named) => { told.textContent = window.ltWords(words, named); };
  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  const isThere = async (server) => {
    const { body } = await window.ltApi(`${userUrl}?include_stopped_servers=0`);
    return Boolean(body.servers?.[server]);
  };

  const act = async (button, work) => {
    const row = button.closest(".home-server-row"), server = row.dataset.serverName, title = row.dataset.title;
    const buttons = [...row.querySelectorAll("button")];
    for (const each of buttons) each.disabled = true;
    try {
      await work(server, title);
    } catch (error) {
      say(page.dataset.trouble, { reason: error.message });
      for (const each of buttons) each.disabled = false;
    }
  };

  // Told on the page that follows, since a reload takes the words away.
  const reloadWith = (words, named) => {
    sessionStorage.setItem("libretexts-told", window.ltWords(words, named));
    location.reload();
  };
  const kept = sessionStorage.getItem("libretexts-told");
  if (kept) {
    sessionStorage.removeItem("libretexts-told");
    setTimeout(() => { told.textContent = kept; }, 100);
  }

  for (const button of document.querySelectorAll(".stop-server")) {
    button.addEventListener("click", () => act(button, async (server, title) => {
      say(page.dataset.stopping, { server: title });
      await window.ltApi(urlOf(server), "DELETE");
      while (await isThere(server)) await sleep(1000);
      reloadWith(page.dataset.stopped, { server: title });
    }));
  }

  const sure = document.getElementById("lt-sure");
  for (const button of document.querySelectorAll(".delete-server")) {
    button.addEventListener("click", async () => {
      const words = document.getElementById("lt-sure-words");
      words.textContent = window.ltWords(words.dataset.words, { server: button.closest(".home-server-row").dataset.title });
      sure.returnValue = "";
      sure.showModal();
      await new Promise((done) => sure.addEventListener("close", done, { once: true }));
      if (sure.returnValue !== "yes") { button.focus(); return; }
      act(button, async (server, title) => {
        await window.ltApi(urlOf(server), "DELETE", { remove: true });
        reloadWith(page.dataset.deleted, { server: title });
      });
    });
  }

  // The rules of JupyterHub 6: lower-case letters, digits, single dashes, a letter first, at most 30.
  const slug = (name) => name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 30).replace(/-+$/, "");
  const form = document.getElementById("lt-new-server");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = form.querySelector("input").value.trim(), server = slug(name) || "server";
    const shown = "displayName" in page.dataset && name !== server ? `?display_name=${encodeURIComponent(name)}` : "";
    location.assign(`${spawnUrl}/${server}${shown}`);
  });
}
