/* The page: what comes from the server, how old it is, sound, words, keys. */
const siteMap = new SiteMap(document.getElementById("map"));
const OLD_AFTER_S = 3;
let told = 0, lastPicture = null;
const pictureAge = () => (performance.now() - told) / 1000;
const isOld = () => told === 0 || pictureAge() > OLD_AFTER_S;

function announce(words) {
  const box = byId("announce");
  box.textContent = box.textContent === words ? words + " " : words;
}

/* Sound needs a person's touch first: browsers keep a page silent until then, and the page says so. */
const sound = {
  audio: null, wanted: true, at: 0,
  get on() { return this.wanted && this.audio !== null && this.audio.state === "running"; },
  touch() {
    if (!this.wanted) return;
    try { this.audio = this.audio || new AudioContext(); this.audio.resume().then(() => this.draw()); } catch { /* no sound here */ }
  },
  toggle() { this.wanted = !this.on; if (this.wanted) this.touch(); this.draw(); },
  draw() {
    say(byId("sound"), t(this.on ? "soundOn" : "soundOff"));
    byId("sound").setAttribute("aria-pressed", String(this.on));
  },
  look(isCritical, isNews) {
    const now = performance.now();
    if (isNews || (isCritical && now - this.at > 4000)) { this.at = now; this.beep(isCritical); }
  },
  beep(isCritical) {
    if (!this.on) return;
    for (const [after, pitch] of isCritical ? [[0, 880], [0.25, 660], [0.5, 880]] : [[0, 880]]) {
      const begin = this.audio.currentTime + after, tone = this.audio.createOscillator(), volume = this.audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, begin);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.5);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(begin); tone.stop(begin + 0.5);
    }
  },
};

function show(picture) {
  told = performance.now();
  lastPicture = picture;
  say(byId("clock"), picture.clock);
  showAlarms(picture.alarms);
  showDrones(picture.drones);
  showIncidents(picture.incidents);
  showSpots(picture.hotspots, picture.plan);
  showTimetable(picture.timetable, picture.plan);
  showCameras(picture.cameras);
  showTraffic(picture.traffic);
  if (mayOrder) { showChosen(picture.drones.map((drone) => drone.name)); showOrders(picture.orders || []); }
  siteMap.show(picture);
}
function look() {
  const old = isOld(), state = byId("state");
  state.classList.toggle("old", old && told !== 0);
  say(state, told === 0 ? t("connecting") : old ? t("old") : t("live"));
  say(byId("age"), old && told !== 0 ? pictureAge().toFixed(0) + " s" : "");
  document.body.classList.toggle("is-old", old);
  for (const button of document.querySelectorAll("[data-order]")) if (button.id !== "yes") button.disabled = old;
  drawQuestion();
}

/* Words, looks and keys, which this browser remembers. */
function remember(key, value) { try { localStorage.setItem("dronectl " + key, value); } catch { /* it is asked again */ } }
function remembered(key) { try { return localStorage.getItem("dronectl " + key); } catch { return null; } }
function speak() {
  for (const one of document.querySelectorAll("[data-t]")) say(one, t(one.dataset.t));
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", t(one.dataset.label));
  byId("help-list").replaceChildren(...KEYS.flatMap(([key, words]) => { const dt = make("dt"); dt.append(make("kbd", key)); return [dt, make("dd", t(words))]; }));
  byId("report-kind").replaceChildren(...Object.entries(KINDS).map(([kind, thai]) => { const one = make("option", either(thai, kind)); one.value = kind; return one; }));
  const language = byId("language");
  language.lang = isThai() ? "en" : "th";
  say(language, isThai() ? "English" : "ไทย");
  say(byId("theme"), t(document.documentElement.dataset.theme === "light" ? "dark" : "light"));
  sound.draw();
  setPerson(person);
  if (lastPicture) show(lastPicture);
  look();
}
function setLanguage(language) { document.documentElement.lang = language; remember("language", language); }
function setTheme(theme) { document.documentElement.dataset.theme = theme; remember("theme", theme); }
byId("language").addEventListener("click", () => setLanguage(isThai() ? "en" : "th"));
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light"));
byId("sound").addEventListener("click", () => sound.toggle());
byId("seen").addEventListener("click", () => see(alarmsShown));
byId("keys").addEventListener("click", () => byId("help").showModal());
byId("help-no").addEventListener("click", () => byId("help").close());
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, (event) => { if (event.target !== byId("sound")) sound.touch(); }, { once: true });

const TYPED_IN = ["INPUT", "SELECT", "TEXTAREA"];
function enter(id) {
  if (!person) return;
  byId(id).closest("details").open = true;
  byId(id).focus();
}
const pressed = {
  h: () => ask({ order: "hold", drones: chosenDrone ? [chosenDrone] : fleet }),
  r: () => ask({ order: "rtl", drones: chosenDrone ? [chosenDrone] : fleet }),
  l: () => ask({ order: "land", drones: chosenDrone ? [chosenDrone] : fleet }),
  a: () => choose(""), y: () => confirmQuestion(), s: () => see(alarmsShown), m: () => sound.toggle(), g: () => byId("language").click(),
  t: () => byId("theme").click(), d: () => { const one = document.querySelector("[data-order=dispatch]"); if (one && !one.hidden && !one.disabled) one.click(); },
  i: () => enter("report-place"), o: () => enter("mission-order"), "?": () => byId("keys").click(),
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && question) { takeBack(); return; }
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !byId("keys-on").checked) return;
  const field = event.target;
  if (document.querySelector("dialog[open]") || (TYPED_IN.includes(field.tagName) && field.type !== "radio" && field.type !== "checkbox")) return;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key) && mayOrder && fleet[key - 1]) { choose(fleet[key - 1]); event.preventDefault(); return; }
  if (key === "enter" && question && field.type === "radio") { confirmQuestion(); event.preventDefault(); return; }
  const act = pressed[key];
  if (act) { act(); event.preventDefault(); }
});

beginOrders();
new MutationObserver(speak).observe(document.documentElement, { attributes: true, attributeFilter: ["lang", "data-theme"] });
byId("keys-on").checked = remembered("keys") !== "off";
byId("keys-on").addEventListener("change", () => remember("keys", byId("keys-on").checked ? "on" : "off"));
setTheme(remembered("theme") === "light" ? "light" : "dark");
setLanguage(remembered("language") === "en" ? "en" : "th");
speak();
const source = new EventSource("/api/stream");
source.onopen = () => { siteMap.begin(); whoAmI(); };
source.onmessage = (event) => { show(JSON.parse(event.data)); look(); };
setInterval(look, 500);
