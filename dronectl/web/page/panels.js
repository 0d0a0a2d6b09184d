/* The panels beside the map. Elements are kept while what they stand for is there, so that who is on a button with the
   keyboard stays there while figures change. */
const byId = (id) => document.getElementById(id);
function make(tag, text, classes) {
  const one = document.createElement(tag);
  if (text !== undefined) one.textContent = text;
  if (classes) one.className = classes;
  return one;
}
function say(element, text) { if (element.textContent !== text) element.textContent = text; }
function keep(list, items, keyOf, build, update, empty) {
  const known = new Map([...list.children].map((one) => [one.dataset.key, one]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    let one = known.get(key);
    if (!one) { one = build(item); one.dataset.key = key; }
    update(one, item);
    return one;
  });
  if (!wanted.length && empty !== undefined) {
    const one = known.get("(none)") || make("li", "", "dim");
    one.dataset.key = "(none)"; say(one, empty); wanted.push(one);
  }
  const now = [...list.children];
  if (now.length !== wanted.length || now.some((one, index) => one !== wanted[index])) {
    const focused = document.activeElement;
    list.replaceChildren(...wanted);
    if (focused && list.contains(focused) && document.activeElement !== focused) focused.focus();
  }
}
const number = (value, digits, unit) => (value === null || value === undefined ? "–" : value.toFixed(digits) + unit);
function minutes(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(seconds));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}
function age(seconds) { return seconds < 100 ? seconds.toFixed(0) + " s" : (seconds / 60).toFixed(0) + " min"; }

/* Alarms stay until somebody has seen them: for all screens by who is logged in, else on this screen alone. */
const alarmKey = (alarm) => alarm.drone + " " + alarm.kind;
const seenHere = new Map();
const isSeen = (alarm) => alarm.seen_age_s !== null || seenHere.get(alarmKey(alarm)) === alarm.severity;
let alarmsShown = [], alarmsKnown = new Map();
function showAlarms(alarms) {
  const there = new Set(alarms.map(alarmKey));
  for (const key of seenHere.keys()) if (!there.has(key)) seenHere.delete(key);
  alarmsShown = alarms.filter((alarm) => !(alarm.cleared_age_s !== null && isSeen(alarm)));
  keep(byId("alarms"), alarmsShown, alarmKey, () => {
    const one = make("li");
    one.append(make("span"), make("button"));
    one.lastChild.type = "button";
    one.lastChild.addEventListener("click", () => see([one.alarm]));
    return one;
  }, (one, alarm) => {
    const over = alarm.cleared_age_s !== null;
    one.alarm = alarm;
    one.className = over ? "over" : alarm.severity;
    const by = alarm.seen_by ? " · " + t("seenBy") + " " + alarm.seen_by : "";
    say(one.firstChild, (alarm.severity === "critical" ? "‼ " : "! ") + alarm.drone + ": " + alarm.message + " · " + age(alarm.age_s) + (over ? " · " + t("over") + " " + age(alarm.cleared_age_s) + " " + t("ago") : "") + by);
    say(one.lastChild, t("seen"));
    one.lastChild.setAttribute("aria-label", t("seen") + ": " + alarm.drone + " " + alarm.kind);
    one.lastChild.hidden = isSeen(alarm);
  }, t("none"));
  const unseen = alarmsShown.filter((alarm) => !isSeen(alarm));
  byId("seen").hidden = unseen.length < 2;
  const standing = new Map(alarms.filter((alarm) => alarm.cleared_age_s === null).map((alarm) => [alarmKey(alarm), alarm.severity]));
  const fresh = alarms.filter((alarm) => standing.get(alarmKey(alarm)) && alarmsKnown.get(alarmKey(alarm)) !== standing.get(alarmKey(alarm)));
  if (fresh.length) announce(fresh.map((alarm) => alarm.drone + ": " + alarm.message).join(". "));
  sound.look(unseen.some((alarm) => alarm.severity === "critical" && alarm.cleared_age_s === null), fresh.length > 0);
  alarmsKnown = standing;
}
async function see(alarms) {
  alarms.forEach((alarm) => seenHere.set(alarmKey(alarm), alarm.severity));
  if (person) await send("POST", "/api/seen", { drones: [...new Set(alarms.map((alarm) => alarm.drone))] });
  if (lastPicture) showAlarms(lastPicture.alarms);
}

function showDrones(drones) {
  keep(byId("drones"), drones, (drone) => drone.name, (drone) => {
    const row = make("tr"), name = make("th"), swatch = make("span", "", "swatch");
    name.scope = "row";
    swatch.setAttribute("aria-hidden", "true");
    swatch.style.background = drone.colour;
    name.append(swatch, drone.name);
    row.append(name, ...Array.from({ length: 5 }, () => make("td")));
    return row;
  }, (row, drone) => {
    const [, phase, height, battery, left, heard] = row.children;
    const low = drone.battery_pct !== null && drone.battery_reserve_pct !== null && drone.battery_pct < drone.battery_reserve_pct;
    const old = drone.heard_age_s === null || drone.heard_age_s > 5;
    say(phase, either(PHASES[drone.phase_kind] && drone.phase.replace(drone.phase_kind, PHASES[drone.phase_kind]), drone.phase));
    say(height, number(drone.height_m, 0, " m"));
    say(battery, number(drone.battery_pct, 0, " %") + (low ? " ▼" : "")); battery.className = low ? "critical" : "";
    say(left, minutes(drone.time_left_s));
    say(heard, drone.heard_age_s === null ? t("never") : number(drone.heard_age_s, 0, " s")); heard.className = old ? "critical" : "";
  });
}
function showIncidents(incidents) {
  keep(byId("incidents"), incidents, (one) => one.number, (one) => {
    const item = make("li"), buttons = make("span", "", "row");
    for (const [order, key] of [["dispatch", "dispatch"], ["incident close", "closeIt"]]) {
      const button = make("button");
      button.type = "button"; button.dataset.order = order; button.dataset.says = key; button.hidden = true;
      button.addEventListener("click", () => ask({ order, incident: one.number }));
      buttons.append(button);
    }
    item.append(make("span"), buttons);
    return item;
  }, (item, one) => {
    const kind = either(one.kind_thai, one.kind);
    say(item.firstChild, [one.number, kind, one.place, one.words, one.drone && "→ " + one.drone].filter(Boolean).join(" · "));
    for (const button of item.lastChild.children) {
      say(button, t(button.dataset.says));
      button.setAttribute("aria-label", t(button.dataset.says) + " " + one.number);
      button.hidden = !person;
    }
  }, t("noneOpen"));
}
function showSpots(spots, plan) {
  byId("spots-panel").hidden = plan !== null && !spots.length;
  say(byId("spots-legend"), plan === null ? t("noPlan") : ["there", "ok", "soon", "overdue", "unknown"].map(stateWords).join(" · "));
  keep(byId("spots"), spots, (spot) => spot.id, () => {
    const item = make("li");
    item.append(make("span"), make("meter"), make("span"));
    return item;
  }, (item, spot) => {
    const [name, meter, words] = item.children;
    item.className = "spot " + spot.state;
    say(name, spot.name);
    meter.min = 0; meter.max = spot.promise_s; meter.value = Math.min(spot.alone_s, spot.promise_s);
    meter.setAttribute("aria-label", spot.name);
    const alone = (spot.is_least ? t("atLeast") + " " : "") + (spot.alone_s / 60).toFixed(0) + " " + t("of") + " " + (spot.promise_s / 60).toFixed(0) + " " + t("min");
    say(words, stateWords(spot.state) + " · " + alone);
  });
}
function showTimetable(rows, plan) {
  byId("timetable-panel").hidden = plan === null;
  keep(byId("timetable"), rows, (row) => row.sortie + " " + row.start, () => {
    const one = make("tr");
    one.append(...Array.from({ length: 4 }, () => make("td")));
    return one;
  }, (one, row) => {
    const [time, patrol, drones, state] = one.children;
    say(time, row.start ? row.start.replace(/ UTC.*/, "") + "–" + row.end.replace(/ UTC.*/, "") : "–");
    say(patrol, row.patrol + " (" + row.sortie + ")");
    say(drones, row.drones.join(", "));
    say(state, stateWords(row.state) + (row.begun ? " " + row.begun.replace(/ UTC.*/, "") : ""));
    state.className = ["late", "missed", "stopped"].includes(row.state) ? "critical" : row.state === "due" ? "warning" : "";
  });
}
function showCameras(cameras) {
  byId("cameras-panel").hidden = !cameras.length;
  keep(byId("cameras"), cameras, (camera) => camera.id, (camera) => {
    const item = make("li"), links = make("span", "", "row");
    for (const key of ["stream", "snapshot"]) {
      if (!camera[key] || !/^(https?|rtsps?):\/\//.test(camera[key])) continue;
      const link = make("a");
      link.href = camera[key]; link.target = "_blank"; link.rel = "noreferrer noopener"; link.dataset.says = key;
      links.append(link);
    }
    item.append(make("span"), links);
    return item;
  }, (item, camera) => {
    say(item.firstChild, camera.name + (camera.sees.length ? " · " + t("sees") + " " + camera.sees.join(", ") : "") + (item.lastChild.children.length ? "" : " · " + t("noLink")));
    item.className = camera.sees.length ? "warning" : "";
    for (const link of item.lastChild.children) { say(link, t(link.dataset.says)); link.setAttribute("aria-label", t(link.dataset.says) + " " + camera.name); }
  });
}
function showTraffic(lines) {
  keep(byId("traffic"), lines, (words) => words, (words) => make("li", words), () => { /* as it is */ }, t("noReceiver"));
}
