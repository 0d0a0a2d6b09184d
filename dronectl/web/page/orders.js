/* Orders: who is logged in, the question that follows a wish, and the one answer to it. */
const mayOrder = document.body.dataset.orders === "yes";
let person = null, question = null, chosenDrone = "", fleet = [], beforeQuestion = null;

async function send(method, path, document_) {
  let answer;
  try {
    answer = await fetch(path, { method, credentials: "same-origin", cache: "no-store", headers: { "content-type": "application/json", "x-dronectl": "1" }, body: method === "GET" ? undefined : JSON.stringify(document_ || {}) });
  } catch { return { lost: true, error: t("notSent") }; }
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) setPerson(null);
  return answer.ok ? told : { status: answer.status, error: (told.error && told.error.message) || String(answer.status), hint: told.error && told.error.hint };
}
function setPerson(name) {
  person = name;
  document.body.classList.toggle("may-order", Boolean(person));
  byId("ending").hidden = !person;
  for (const one of document.querySelectorAll("[data-needs=login]")) one.hidden = !person;
  for (const one of document.querySelectorAll("[data-needs=orders]")) one.hidden = !mayOrder;
  byId("login").hidden = !mayOrder;
  say(byId("login"), person ? t("logout") + " " + person : t("login"));
  if (lastPicture) showIncidents(lastPicture.incidents);
  if (!person && question) closeQuestion();
}
async function whoAmI() {
  if (!mayOrder) { setPerson(null); return; }
  const told = await send("GET", "/api/me");
  if (!told.lost) setPerson(told.person || null);
}

/* Which drones: one, or all. */
function showChosen(names) {
  fleet = names;
  if (chosenDrone && !names.includes(chosenDrone)) chosenDrone = "";
  keep(byId("chosen"), ["", ...names], (name) => name || "(all)", (name) => {
    const one = make("button");
    one.type = "button";
    one.addEventListener("click", () => choose(name));
    return one;
  }, (one, name) => {
    say(one, name || t("all"));
    one.setAttribute("aria-pressed", String(name === chosenDrone));
  });
  keep(byId("mission-drone"), names, (name) => name, (name) => { const one = make("option", name); one.value = name; return one; }, () => { /* as it is */ });
}
function choose(name) {
  chosenDrone = name;
  showChosen(fleet);
  if (name) byId("mission-drone").value = name;
  else announce(t("all"));
}

async function ask(wanted) {
  if (!person || isOld()) return;
  beforeQuestion = document.activeElement;
  const ends = ["hold", "rtl", "land"].includes(wanted.order);
  if (!ends) announce(t("asking"));
  document.body.classList.toggle("asking", !ends);
  const told = await send("POST", "/api/orders", wanted);
  document.body.classList.remove("asking");
  if (told.error) { tell(told); return; }
  if (question && !ends && ["hold", "rtl", "land"].includes(question.order)) { send("DELETE", "/api/orders/" + told.id); return; }
  if (question) takeBack(false);
  openQuestion(told);
}
function orderWords(order) {
  return { hold: t("hold"), rtl: t("rtl"), land: t("land"), goto: t("goto"), look: t("look"), "patrol resume": t("resume"), dispatch: t("dispatch"), "incident add": t("writeDown"), "incident close": t("closeIt") }[order] || order;
}
function openQuestion(told) {
  question = { ...told, endsAt: Date.now() + 1000 * told.left_s };
  const choices = byId("question-choices");
  choices.replaceChildren(choices.firstElementChild, ...told.choices.map((choice, index) => {
    const label = make("label", undefined, "check"), radio = make("input");
    radio.type = "radio"; radio.name = "choice"; radio.value = choice.key; radio.checked = index === 0;
    label.append(radio, " ", choice.text);
    label.lang = "en";
    return label;
  }));
  choices.hidden = !told.choices.length;
  byId("question").className = ["hold", "rtl", "land"].includes(told.order) ? "urgent " + told.order : "";
  byId("question").hidden = false;
  say(byId("question-void"), "");
  drawQuestion();
  byId("yes").focus();
}
function drawQuestion() {
  if (!question) return;
  const over = Date.now() >= question.endsAt, changed = question.changed.length > 0;
  say(byId("question-title"), orderWords(question.order) + (question.drones.length && question.order !== "dispatch" ? ": " + question.drones.join(", ") : "") + (question.incident ? " " + question.incident : ""));
  say(byId("question-text"), question.text);
  keep(byId("question-told"), question.told, (words) => words, (words) => make("li", words, /WARNING/.test(words) ? "critical" : ""), () => { /* as it is */ });
  say(byId("question-left"), t("secondsLeft") + " " + Math.max(0, Math.ceil((question.endsAt - Date.now()) / 1000)) + " " + t("s"));
  say(byId("yes"), t("confirm") + ": " + orderWords(question.order));
  if (changed) say(byId("question-void"), t("changed") + ": " + question.changed.join("; "));
  else if (over) say(byId("question-void"), t("gone"));
  else if (!question.failed) say(byId("question-void"), "");
  byId("yes").disabled = isOld() || over || (changed && !(question.order === "land" && question.drones.length > question.changed.length));
}
async function followQuestion() {
  const one = question;
  if (!one || one.sent || Date.now() >= one.endsAt) return;
  const told = await send("GET", "/api/orders/" + one.id);
  if (question === one && !told.error) { question = { ...one, told: told.told, changed: told.changed }; drawQuestion(); }
}
async function confirmQuestion() {
  const one = question;
  if (!one || one.sent || byId("yes").disabled) return;
  one.sent = true;
  byId("yes").disabled = true;
  const picked = document.querySelector("#question-choices input:checked");
  const told = await send("POST", "/api/orders/" + one.id, picked ? { choice: picked.value } : {});
  if (told.error) {
    one.failed = true;
    if (question === one) { say(byId("question-void"), told.lost ? t("mayBeSent") : told.error); byId("no").focus(); }
    return;
  }
  if (question === one) closeQuestion();
  if (one.order === "incident add") { byId("report").reset(); }
}
function takeBack(focus = true) {
  if (question && !question.sent) send("DELETE", "/api/orders/" + question.id);
  closeQuestion(focus);
}
function closeQuestion(focus = true) {
  question = null;
  byId("question").hidden = true;
  if (focus && beforeQuestion && beforeQuestion.isConnected) beforeQuestion.focus();
}
function tell(told) {
  const words = told.error + (told.hint ? " — " + told.hint : "");
  refusals.unshift({ key: "told " + Date.now(), words });
  refusals.length = Math.min(refusals.length, 3);
  showOrders(lastPicture ? lastPicture.orders || [] : []);
  announce(words);
}
const refusals = [];

/* What was ordered, by whom, and what the vehicles confirmed. */
const stagesKnown = new Map();
function showOrders(orders) {
  const rows = [...refusals.map((one) => ({ refused: one })), ...orders.slice(0, 12).map((one) => ({ order: one }))];
  keep(byId("orders"), rows, (row) => (row.refused ? row.refused.key : row.order.number), (row) => {
    const item = make("li");
    if (row.refused) { item.append(make("span", "✕ " + row.refused.words)); item.className = "critical"; item.lang = "en"; return item; }
    item.append(make("span"), make("ul"), make("p", "", "dim"));
    item.lastChild.lang = "en";
    return item;
  }, (item, row) => {
    if (row.refused) return;
    const one = row.order;
    say(item.firstChild, one.at + " · " + orderWords(one.order) + " · " + t("by") + " " + one.by);
    const [, stages, notes] = item.children;
    say(notes, one.notes.slice(-3).join(" · "));
    notes.hidden = !one.notes.length;
    keep(stages, one.drones, (drone) => drone.name, () => make("li"), (line, drone) => {
      line.className = drone.stage;
      say(line, STATE_SIGNS[drone.stage] + " " + (drone.name ? drone.name + ": " : "") + either(STATES[drone.stage], drone.stage) + " · " + drone.words);
      const key = one.number + " " + drone.name, before = stagesKnown.get(key);
      if (before === "going" && drone.stage !== "going") announce(drone.name + " " + orderWords(one.order) + ": " + either(STATES[drone.stage], drone.stage) + ". " + drone.words);
      stagesKnown.set(key, drone.stage);
    });
  }, mayOrder ? t("none") : undefined);
}

function beginOrders() {
  for (const button of document.querySelectorAll("#ending [data-order]")) {
    button.addEventListener("click", () => ask({ order: button.dataset.order, drones: chosenDrone ? [chosenDrone] : fleet }));
  }
  byId("yes").addEventListener("click", confirmQuestion);
  byId("no").addEventListener("click", () => takeBack());
  byId("mission").addEventListener("submit", (event) => {
    event.preventDefault();
    const order = byId("mission-order").value, wanted = { order, drones: [byId("mission-drone").value] };
    if (order !== "patrol resume") {
      wanted.place = byId("mission-place").value;
      if (byId("mission-height").value) wanted.altitude_m = Number(byId("mission-height").value);
    }
    ask(wanted);
  });
  byId("mission-order").addEventListener("change", () => {
    for (const one of document.querySelectorAll("[data-for=place]")) one.hidden = byId("mission-order").value === "patrol resume";
  });
  byId("report").addEventListener("submit", (event) => {
    event.preventDefault();
    ask({ order: "incident add", place: byId("report-place").value, kind: byId("report-kind").value, words: byId("report-words").value });
  });
  let placeField = byId("mission-place");
  for (const id of ["mission-place", "report-place"]) byId(id).addEventListener("focus", () => { placeField = byId(id); });
  siteMap.map.on("click", (event) => { if (person) placeField.value = event.latlng.lat.toFixed(6) + "," + event.latlng.lng.toFixed(6); });
  byId("login").addEventListener("click", async () => {
    if (person) { await send("POST", "/api/logout"); setPerson(null); return; }
    say(byId("login-said"), "");
    byId("login-box").showModal();
    byId("login-name").focus();
  });
  byId("login-no").addEventListener("click", () => byId("login-box").close());
  byId("login-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = await send("POST", "/api/login", { name: byId("login-name").value.trim(), token: byId("login-token").value.trim() });
    byId("login-token").value = "";
    if (told.error) { say(byId("login-said"), told.status === 401 ? t("wrong") : told.error); byId("login-token").focus(); return; }
    byId("login-box").close();
    setPerson(told.person);
  });
  fetch("/api/ground").then((answer) => answer.json()).then((site) => {
    const names = [...(site.points || []), ...(site.zones || []), ...(site.cctv || [])];
    byId("places").replaceChildren(...names.map((one) => { const option = make("option"); option.value = one.id || one.name; option.label = one.name; return option; }));
  }).catch(() => { /* places can be typed */ });
  setInterval(followQuestion, 1000);
  setInterval(drawQuestion, 250);
}
