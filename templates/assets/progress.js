// A start, told while it happens; or the end of a server. Neither page reloads itself in a circle.
{
  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  // What the hub's API says of one server: undefined while nobody can say.
  const look = async (userUrl, server) => {
    try {
      return (await window.ltApi(userUrl)).body.servers?.[server] ?? null;
    } catch {
      return undefined;
    }
  };

  const stopping = document.getElementById("lt-stopping");
  const waitForEnd = async () => {
    const { userUrl, server, stopped } = stopping.dataset;
    for (;;) {
      await sleep(1500);
      if (await look(userUrl, server) === null) break;
    }
    document.getElementById("lt-told").textContent = stopped;
    document.getElementById("progress-bar").hidden = true;
    document.getElementById("refresh").hidden = true;
    document.getElementById("lt-again").hidden = false;
  };

  const begin = (page) => {
    const words = page.dataset, id = (name) => document.getElementById(name);
    const bar = id("progress-bar"), now = id("lt-now"), steps = id("lt-steps"), log = id("progress-log");
    const spoken = id("progress-message"), status = id("stop-server-status"), stop = id("stop-server-btn");
    // A second look at the same start goes on counting.
    const kept = `libretexts-began-${location.pathname}`, known = Number(sessionStorage.getItem(kept) || 0);
    const began = known && Date.now() - known < 3600000 ? known : Date.now() - 1000 * Number(words.elapsed || 0);
    sessionStorage.setItem(kept, String(began));
    let isOver = false, isStopped = false, stream = null;

    const clock = () => {
      const seconds = Math.max(0, Math.round((Date.now() - began) / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    const ticking = setInterval(() => { id("lt-clock").textContent = clock(); }, 1000);
    id("lt-clock").textContent = clock();

    const tell = (text) => {
      if (!text || now.textContent === text) return;
      now.textContent = spoken.textContent = text;
      steps.querySelector("[aria-current]")?.removeAttribute("aria-current");
      const step = document.createElement("li"), what = document.createElement("span"), at = document.createElement("time");
      what.textContent = text;
      at.textContent = clock();
      step.append(what, at);
      step.setAttribute("aria-current", "step");
      steps.append(step);
      log.textContent += `${new Date().toISOString().slice(11, 19)}  ${text}\n`;
    };

    const finish = () => {
      isOver = true;
      sessionStorage.removeItem(kept);
      stream?.close();
      clearInterval(ticking);
      id("lt-clock").textContent = clock();
      if (stop) stop.hidden = true;
    };
    // A reload leads to the server, because the hub knows where to. If it comes back here again and again, the
    // person decides instead.
    const open = () => {
      finish();
      bar.value = 100;
      tell(words.ready);
      const key = `libretexts-opened-${location.pathname}`, times = JSON.parse(sessionStorage.getItem(key) || "[]").filter((at) => Date.now() - at < 60000);
      sessionStorage.setItem(key, JSON.stringify([...times, Date.now()]));
      if (times.length < 3) { location.reload(); return; }
      tell(words.open);
      id("lt-open").hidden = false;
    };
    // While a start is being stopped the hub calls the server ready for a moment.
    const isReady = (server) => Boolean(!isStopped && server?.ready);
    const fail = (text) => {
      if (isOver) return;
      finish();
      tell(isStopped ? words.stopped : words.failed);
      bar.hidden = true;
      if (!isStopped) status.textContent = text || words.failed;
      status.className = isStopped ? "lt-notice" : "lt-notice lt-notice-error";
      if (isStopped) status.textContent = words.stopped;
      id("lt-again").hidden = false;
      id("lt-again").focus();
    };

    const listen = () => {
      stream = new EventSource(words.progressUrl);
      stream.onmessage = (message) => {
        let event;
        try { event = JSON.parse(message.data); } catch { return; }
        if (isOver) return;
        if (event.ready) { if (!isStopped) open(); return; }
        if (event.failed) { if (!isStopped) fail(plain(event)); return; }
        if (event.progress !== undefined) bar.value = Math.max(bar.value, Number(event.progress) || 0);
        tell(plain(event));
      };
    };
    // Markup of a spawner is read for its text only.
    const plain = (event) => event.message || new DOMParser().parseFromString(event.html_message || "", "text/html").body.textContent;

    // The stream may drop, or never open: what the API says decides then.
    const watch = async () => {
      let missing = 0;
      for (;;) {
        await sleep(stream.readyState === EventSource.OPEN ? 8000 : 2500);
        if (isOver) return;
        const server = await look(words.userUrl, words.server);
        if (server === undefined) { tell(words.lost); continue; }
        if (isReady(server)) { open(); return; }
        // A server that is not there any more, twice: the start is over, and the stream did not say why.
        missing = server === null || (!server.pending && !server.ready) ? missing + 1 : 0;
        if (missing >= 2) { fail(""); return; }
        if (stream.readyState === EventSource.CLOSED) listen();
      }
    };

    stop?.addEventListener("click", async () => {
      stop.disabled = true;
      isStopped = true;
      status.textContent = words.stopping;
      try {
        await window.ltApi(words.stopUrl, "DELETE");
        while (await look(words.userUrl, words.server)) await sleep(1000);
        fail("");
      } catch (error) {
        isStopped = false;
        stop.disabled = false;
        status.textContent = window.ltWords(words.trouble, { reason: error.message });
      }
    });
    listen();
    watch();
  };

  const page = document.getElementById("lt-progress");
  if (page) begin(page);
  if (stopping) waitForEnd();
}
