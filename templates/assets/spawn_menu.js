// Everything here is a convenience: without it the form works, and the hub refuses in words what cannot be.
(() => {
  const form = document.getElementById("lt-images").closest("form") || document.body;
  const dock = document.getElementById("lt-dock"), words = dock.firstElementChild;
  const marked = (name) => form.querySelector(`input[name="${name}"]:checked`);
  const shelfOf = (radio) => radio && radio.closest("[data-slug]");
  const list = (element, key) => (element && element.dataset[key] || "").split(" ").filter(Boolean);
  const nameOf = (radio) => radio && (radio.closest("label").querySelector("strong")?.firstChild || radio.closest("label")).textContent.trim();
  const say = (key, named = {}) => (dock.dataset[key] || "").replace(/\{(\w+)\}/g, (whole, name) => named[name] ?? whole);
  const initial = marked("image");
  const besideTheButton = () => form.querySelector(".feedback-container")?.prepend(dock);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", besideTheButton);
  else besideTheButton();

  // Marks another one when what was marked went away; what can't be is disabled, with the reason.
  const restrict = (name, allowed, reason, preferred) => {
    const radios = [...form.querySelectorAll(`input[name="${name}"]`)];
    for (const radio of radios) {
      radio.disabled = !allowed(radio.value);
      const label = radio.closest("label");
      let why = label.querySelector(".lt-why");
      if (radio.disabled && reason && !why) {
        why = label.appendChild(document.createElement("small"));
        why.className = "lt-why";
      }
      if (why) {
        why.textContent = reason;
        why.hidden = !radio.disabled;
      }
    }
    const now = radios.find((radio) => radio.checked);
    const first = radios.find((radio) => radio.value === preferred) || radios.find((radio) => !radio.disabled);
    if ((!now || now.disabled) && first) first.checked = true;
  };

  const versionOf = (image) => {
    const field = image.closest(".lt-free")?.querySelector("input[type=text]");
    if (field) return field.value;
    if (!image.value.includes(":")) return image.dataset.version || "";
    const row = image.closest(".lt-rows");
    if (row) return image.closest("label").firstElementChild.nextSibling.textContent.trim();
    return image.dataset.version || image.value.slice(image.value.indexOf(":") + 1);
  };

  const update = () => {
    const image = marked("image"), shelf = shelfOf(image);
    if (!image) return;
    const name = shelf.dataset.name || nameOf(image), sizes = list(shelf, "sizes"), interfaces = list(shelf, "interfaces");
    restrict("size", (value) => !sizes.length || sizes.includes(value), say("notFor", { image: name }));
    const opens = document.getElementById("lt-interfaces");
    if (opens) {
      opens.hidden = !interfaces.length;
      restrict("interface", (value) => (interfaces.length ? interfaces.includes(value) : !value), "", interfaces[0]);
      for (const radio of opens.querySelectorAll("input")) radio.closest("label").hidden = radio.disabled;
    }
    const options = list(shelf, "options");
    for (const option of form.querySelectorAll(".lt-option")) {
      option.hidden = !options.includes(option.dataset.option);
      for (const input of option.querySelectorAll("input,select")) input.disabled = option.hidden;
    }
    for (const field of form.querySelectorAll("input[name=reference]")) {
      field.disabled = field.closest("[data-slug]") !== shelf;
      field.required = !field.disabled;
    }
    const takes = (place, key, slug) => !list(place, key).length || list(place, key).includes(slug);
    const places = [...form.querySelectorAll(".lt-place")].filter((place) =>
      takes(place, "images", image.value.split(":")[0]) && takes(place, "sizes", (marked("size") || {}).value));
    restrict("route", (value) => !value || places.some((place) => place.value === value), say("notHere"), "");
    const route = marked("route");
    const place = places.find((each) => route && each.value === route.value) || places[0];
    const size = marked("size"), face = marked("interface");
    const parts = [[name, versionOf(image)].filter(Boolean).join(" ")];
    if (size) parts.push(nameOf(size));
    const chosen = document.createElement("b");
    chosen.textContent = parts.join(", ") + ".";
    const detail = size && [...size.closest("label").querySelectorAll("small:not(.lt-why)")].pop();
    const more = [];
    const text = detail ? detail.textContent.trim() : "";
    if (text) more.push(`${text[0].toUpperCase()}${text.slice(1)}.`);
    if (face && face.value && interfaces.length) more.push(say("opens", { interface: nameOf(face) }));
    if (place) more.push(say("runs", { place: place.dataset.name }));
    if (dock.dataset.last && dock.dataset.last === `${image.value}|${size ? size.value : ""}`) more.push(say("same"));
    const fits = (row, key, value) => !row.dataset[key] || list(row, key).includes(value);
    for (const row of document.querySelectorAll("#lt-made dl > div")) row.hidden = !(fits(row, "images", image.value.split(":")[0]) && fits(row, "sizes", size?.value) && fits(row, "route", place?.value));
    words.replaceChildren(chosen, " " + more.join(" "));
  };

  const lost = document.createElement("p");
  lost.className = "lt-notice";
  lost.setAttribute("role", "status");
  // #image=lsst&tag=w_2026_46&size=small marks a choice and starts nothing.
  const preselect = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const slug = wanted.get("image"), tag = wanted.get("tag");
    if (!slug) return;
    const values = tag ? [`${slug}:${tag}`] : [slug];
    const radios = [...form.querySelectorAll("input[name=image]")];
    const radio = radios.find((each) => values.includes(each.value)) || (!tag && radios.find((each) => each.value.startsWith(`${slug}:`)));
    lost.hidden = Boolean(radio);
    if (!radio) {
      lost.textContent = say("lost", { image: values[0] });
      document.getElementById("lt-images").prepend(lost);
      return;
    }
    for (let around = radio.parentElement; around && around !== form; around = around.parentElement) {
      if (around.hidden) around.hidden = false;
      if (around.tagName === "DETAILS") around.open = true;
    }
    radio.checked = true;
    update();
    for (const name of ["size", "interface"]) {
      const each = [...form.querySelectorAll(`input[name="${name}"]`)].find((input) => input.value === wanted.get(name) && !input.disabled);
      if (each) each.checked = true;
    }
    update();
    radio.closest("label").scrollIntoView({ block: "center" });
  };

  for (const filter of form.querySelectorAll(".lt-filter")) {
    const input = filter.querySelector("input"), status = filter.querySelector("[role=status]");
    const rows = [...filter.parentElement.querySelectorAll(".lt-rows label")];
    filter.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase().split(/\s+/);
      let left = 0;
      for (const row of rows) {
        const text = `${row.textContent} ${row.firstElementChild.value}`.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word));
        if (!row.hidden) left += 1;
      }
      status.textContent = left === 1 ? say("one") : say("many", { count: left });
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  form.addEventListener("change", update);
  form.addEventListener("input", (event) => { if (event.target.name === "reference") update(); });
  window.addEventListener("hashchange", preselect);
  if (initial) initial.checked = true;
  update();
  preselect();
})();
