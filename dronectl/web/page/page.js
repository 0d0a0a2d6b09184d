const siteMap = new SiteMap(document.getElementById("map"));
const byId = (id) => document.getElementById(id);
let told = 0, alarmsKnown = new Set(), audio = null;

function make(tag, text, classes) {
  const one = document.createElement(tag);
  if (text !== undefined) one.textContent = text;
  if (classes) one.className = classes;
  return one;
}
function fill(id, items, empty) {
  byId(id).replaceChildren(...(items.length ? items : [make("li", empty, "dim")]));
}
const number = (value, digits, unit) => (value === null || value === undefined ? "–" : value.toFixed(digits) + unit);

function minutes(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(seconds));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}
function beep() {
  try {
    audio = audio || new AudioContext();
    const tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.2, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  } catch { /* no sound here */ }
}
function showAlarms(alarms) {
  fill("alarms", alarms.map((alarm) => {
    const over = alarm.cleared_age_s !== null;
    const words = alarm.drone + ": " + alarm.message + (over ? " · จบแล้ว over" : "");
    return make("li", (alarm.severity === "critical" ? "!! " : "! ") + words, over ? "over" : alarm.severity);
  }), "ไม่มี · none");
  const standing = new Set(alarms.filter((a) => a.cleared_age_s === null).map((a) => a.drone + a.kind));
  if ([...standing].some((key) => !alarmsKnown.has(key))) beep();
  alarmsKnown = standing;
}
function showDrones(drones) {
  byId("drones").replaceChildren(...drones.map((drone) => {
    const row = make("tr"), name = make("td");
    const swatch = make("span", "", "swatch");
    swatch.setAttribute("aria-hidden", "true");
    swatch.style.background = drone.colour;
    name.append(swatch, drone.name);
    const low = drone.battery_pct !== null && drone.battery_reserve_pct !== null
      && drone.battery_pct < drone.battery_reserve_pct;
    const old = drone.heard_age_s === null || drone.heard_age_s > 5;
    row.append(name, make("td", drone.phase), make("td", number(drone.height_m, 0, " m")),
      make("td", number(drone.battery_pct, 0, " %"), low ? "critical" : ""), make("td", minutes(drone.time_left_s)),
      make("td", drone.heard_age_s === null ? "ไม่เคย never" : number(drone.heard_age_s, 0, " s"), old ? "critical" : ""));
    return row;
  }));
}
function show(picture) {
  told = Date.now();
  byId("clock").textContent = picture.clock;
  showAlarms(picture.alarms);
  showDrones(picture.drones);
  fill("incidents", picture.incidents.map((one) =>
    make("li", one.number + " · " + one.kind_thai + " " + one.kind + " · " + one.place + (one.words ? " · " + one.words : "") + (one.drone ? " · " + one.drone : ""))),
    "ไม่มี · none open");
  fill("traffic", picture.traffic.map((words) => make("li", words)), "ไม่มีเครื่องรับ: ไม่ทราบ · no receiver: not known");
  siteMap.show(picture);
}
function look() {
  const age = (Date.now() - told) / 1000, state = byId("state");
  const old = told === 0 || age > 3;
  state.classList.toggle("old", old);
  if (told === 0) state.textContent = "กำลังเชื่อมต่อ · connecting";
  else state.textContent = old ? "ภาพเก่า " + age.toFixed(0) + " วินาที · OLD PICTURE, " + age.toFixed(0) + " s" : "สด · live";
}
const source = new EventSource("/api/stream");
source.onopen = () => siteMap.begin();
source.onmessage = (event) => { show(JSON.parse(event.data)); look(); };
setInterval(look, 500);
