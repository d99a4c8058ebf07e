// What all pages share. Each part is a convenience: without it the page can be used.
const find = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// A form is sent once.
for (const form of all("form.lt-once")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.classList.add("lt-waiting");
  });
}
// Back to a page out of the browser's memory: the form may be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of all("form.lt-once")) delete form.dataset.sent;
  for (const button of all(".lt-waiting")) button.classList.remove("lt-waiting");
});

const insecure = find("#insecure-login-warning");
if (insecure && !isSecureContext) insecure.hidden = false;

const toggle = find("#toggle_password_visibility"), password = find("#password_input");
if (toggle && password) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const shown = password.type === "password";
    password.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
    password.focus();
  });
}

// "3 minutes ago", in the language of the page.
const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const inWords = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
const tellAges = () => {
  for (const element of all("time.lt-ago")) {
    const when = new Date(element.dateTime), seconds = (when - Date.now()) / 1000;
    if (isNaN(seconds)) continue;
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) || ["second", 1];
    element.title = element.title || when.toLocaleString();
    element.textContent = element.dataset.soon && seconds < 120 ? element.dataset.soon : inWords.format(Math.round(seconds / length), unit);
  }
};
tellAges();
setInterval(tellAges, 30000);

// What somebody has put away stays away, in this browser.
for (const said of all(".lt-said[data-dismissable]")) {
  const key = `libretexts-said-${said.dataset.dismissable}`, button = said.querySelector("button");
  try {
    if (localStorage.getItem(key)) { said.remove(); continue; }
  } catch { continue; }
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(key, "1");
    said.remove();
    find("#main")?.focus();
  });
}

// A page of a stopped server leaves by itself; the fragment goes along.
const start = find("a#start");
if (start && location.hash && document.body.contains(start)) start.hash = start.hash || location.hash;
const follow = find("[data-follow-after]");
if (follow) setTimeout(() => location.assign(follow.href), 1000 * Number(follow.dataset.followAfter));

// JupyterHub counts redirects in the address, to notice a loop; an error page is the end of one.
if (find("main.error") && new URLSearchParams(location.search).has("redirects")) {
  const url = new URL(location.href);
  url.searchParams.delete("redirects");
  history.replaceState({}, "", url);
}

const isSignedIn = async () => {
  const { baseUrl, xsrf } = document.documentElement.dataset;
  return (await fetch(`${baseUrl}api/user?_xsrf=${xsrf}`, { credentials: "same-origin", cache: "no-store" })).ok;
};
// Asks the hub's own API as the person at the page. Throws an Error that has the hub's words.
window.ltApi = async (url, method = "GET", body = undefined) => {
  const { xsrf } = document.documentElement.dataset;
  const target = new URL(url, location.origin);
  target.searchParams.set("_xsrf", xsrf);
  const answer = await fetch(target, {
    method, credentials: "same-origin", cache: "no-store", redirect: "error",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let told = null;
  try { told = text ? JSON.parse(text) : null; } catch { /* a proxy's own page */ }
  // JupyterHub has several words for it, all of them for programs.
  const { signedOut } = document.documentElement.dataset;
  if (answer.status === 403 && signedOut && !(await isSignedIn())) throw new Error(signedOut);
  if (!answer.ok) throw new Error(told?.message || answer.statusText || String(answer.status));
  return { status: answer.status, body: told };
};
// Puts text in place of {name}; never markup.
window.ltWords = (text, named) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => named[name] ?? whole);
