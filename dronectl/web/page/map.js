/* The map: streets and aerial pictures are Leaflet's tiles; the site, the names and what moves are drawn over them on
   three canvases, so that a hundred drones cost no more than a few lines of drawing each. */

const FONT = '"Noto Sans Thai","Sarabun","Leelawadee UI",system-ui,sans-serif';
const TRAIL_EVERY_M = 5, LONGEST_TRAIL = 400, TRAILS_WHOLE_EVERY_MS = 10000;
const DASHES = { fence: [14, 4, 3, 4], ahead: [2, 5], cctv: [3, 3] };
const INKS = {
  dark: { ink: "#f2f5f8", halo: "#10161d", outside: "rgba(0,0,0,.38)", fence: "#f2f5f8", keepOut: "#ff8a80", corridor: "rgba(200,210,220,.28)" },
  light: { ink: "#14181d", halo: "#ffffff", outside: "rgba(90,90,90,.22)", fence: "#222222", keepOut: "#c00000", corridor: "rgba(110,110,110,.35)" },
};
const ZONE_INKS = { park: "#9ad49a", economic: "#f0c860", symbolic: "#c9b3ff" };
/* How long a hot spot was alone: wider where it is overdue, broken where nobody knows; the panel says it in words. */
const SPOT_INKS = { there: "#39b54a", ok: "#39b54a", soon: "#e8a400", overdue: "#e5383b", unknown: "#9aa5b1" };
const HATCHES = { park: "M0 8L8 0M-2 2L2 -2M6 10L10 6", economic: "M0 0L8 8M-2 6L2 10M6 -2L10 2", symbolic: "M4 0V8", out: "M0 0L8 8M8 0L0 8" };

/* Places are kept as Web Mercator from 0 to 1, so that a picture needs two multiplications a place. */
function world([lat, lon]) {
  const s = Math.sin(lat * Math.PI / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
}
function metresApart([aLat, aLon], [bLat, bLon]) {
  const north = (bLat - aLat) * 111195, east = (bLon - aLon) * 111195 * Math.cos(aLat * Math.PI / 180);
  return Math.hypot(north, east);
}

class SiteMap {
  constructor(element) {
    this.map = L.map(element, {
      zoomControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false,
      minZoom: 10, maxZoom: 20, zoomSnap: 0.25, attributionControl: false,
    });
    this.canvases = Object.fromEntries(["ground", "trails", "moving"].map((name) => [name, this.canvas(name)]));
    this.site = null;
    this.picture = null;
    this.trails = new Map();
    this.asked = new Set();
    this.streets = new Backgrounds(this);
    L.control.attribution({ prefix: false, position: "bottomright" }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    this.buttons();
    this.map.on("move zoom viewreset resize", () => this.redraw("ground", "trails", "moving"));
    new MutationObserver(() => { this.streets.restyle(); this.redraw("ground", "trails", "moving"); })
      .observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "lang"] });
    fetch("/api/ground").then((answer) => answer.json()).then((site) => {
      this.site = siteInWorld(site);
      this.home();
      this.streets.begin();
    });
  }
  get theme() { return document.documentElement.dataset.theme === "light" ? "light" : "dark"; }
  get inks() { return INKS[this.theme]; }
  get language() { return document.documentElement.lang === "en" ? "en" : "th"; }

  canvas(name) {
    const one = document.createElement("canvas");
    one.className = "over " + name;
    one.setAttribute("aria-hidden", "true");
    this.map.getContainer().append(one);
    return one;
  }
  buttons() {
    const bar = L.control({ position: "topleft" });
    bar.onAdd = () => {
      const box = L.DomUtil.create("div", "leaflet-bar");
      const add = (text, title, act) => {
        const one = L.DomUtil.create("button", "", box);
        one.type = "button"; one.textContent = text; one.title = title;
        one.setAttribute("aria-label", title);
        one.addEventListener("click", act);
      };
      add("+", "ขยาย · zoom in", () => this.map.zoomIn());
      add("−", "ย่อ · zoom out", () => this.map.zoomOut());
      add("⌂", "ทั้งพื้นที่ · the whole site", () => this.home());
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    bar.addTo(this.map);
  }
  home() {
    if (this.site) this.map.fitBounds(this.site.bounds, { animate: false, padding: [12, 12] });
  }

  /* What comes from the server. */
  begin() {
    fetch("/api/trails").then((answer) => answer.json()).then((trails) => {
      this.trails = new Map(Object.entries(trails).map(([name, places]) => [name, places.map((at) => ({ at, world: world(at) }))]));
      this.redraw("trails");
    }).catch(() => { /* the stream goes on */ });
  }
  show(picture) {
    this.picture = picture;
    for (const drone of picture.drones) {
      if (drone.at && drone.is_airborne && !drone.is_old) this.lengthen(drone);
    }
    if (performance.now() - (this.trailsWhole || 0) > TRAILS_WHOLE_EVERY_MS) this.redraw("trails");
    this.redraw("moving");
  }
  lengthen(drone) {
    const trail = this.trails.get(drone.name) || [];
    const last = trail[trail.length - 1];
    if (last && metresApart(last.at, drone.at) < TRAIL_EVERY_M) return;
    const next = { at: drone.at, world: world(drone.at) };
    trail.push(next);
    if (trail.length > LONGEST_TRAIL) trail.shift();
    this.trails.set(drone.name, trail);
    if (last && this.view) {
      const pen = this.canvases.trails.getContext("2d");
      this.line(pen, [last.world, next.world], { stroke: drone.colour, width: 2.5 });
    }
  }

  /* Drawing: once a frame, whatever asked for it. */
  redraw(...names) {
    const first = !this.asked.size;
    names.forEach((name) => this.asked.add(name));
    if (first) requestAnimationFrame(() => this.frame());
  }
  frame() {
    const asked = this.asked;
    this.asked = new Set();
    if (!this.site) return;
    const size = this.map.getSize(), scale = 256 * 2 ** this.map.getZoom(), corner = this.map.getPixelBounds().min;
    this.view = { scale, x: corner.x, y: corner.y, wide: size.x, high: size.y };
    if (asked.has("ground")) this.drawGround(this.pen(this.canvases.ground));
    if (asked.has("trails")) this.drawTrails(this.pen(this.canvases.trails));
    if (asked.has("moving")) this.drawMoving(this.pen(this.canvases.moving));
  }
  pen(canvas) {
    const dots = window.devicePixelRatio || 1, wide = Math.round(this.view.wide * dots), high = Math.round(this.view.high * dots);
    const pen = canvas.getContext("2d");
    if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, this.view.wide, this.view.high);
    return pen;
  }
  at([x, y]) { return [x * this.view.scale - this.view.x, y * this.view.scale - this.view.y]; }
  shows([x, y], margin = 40) { return x > -margin && y > -margin && x < this.view.wide + margin && y < this.view.high + margin; }
  metre(lat) { return this.view.scale / (40075016.686 * Math.cos(lat * Math.PI / 180)); }

  path(rings) {
    const path = new Path2D();
    for (const ring of rings) {
      ring.forEach((place, index) => { const [x, y] = this.at(place); index ? path.lineTo(x, y) : path.moveTo(x, y); });
      path.closePath();
    }
    return path;
  }
  line(pen, places, look) {
    pen.beginPath();
    places.forEach((place, index) => { const [x, y] = this.at(place); index ? pen.lineTo(x, y) : pen.moveTo(x, y); });
    pen.strokeStyle = look.stroke; pen.lineWidth = look.width; pen.lineJoin = pen.lineCap = "round";
    pen.setLineDash(look.dash || []);
    pen.stroke();
    pen.setLineDash([]);
  }
  sign(pen, [x, y], shape, fill, stroke = "#222", width = 1.2) {
    pen.save();
    pen.translate(x, y);
    pen.fillStyle = fill; pen.strokeStyle = stroke; pen.lineWidth = width;
    const path = new Path2D(shape);
    pen.fill(path); pen.stroke(path);
    pen.restore();
  }
  letter(pen, place, text, colour, round, sized) {
    const x = 0, y = 0;
    pen.save(); pen.translate(...place); pen.scale(sized, sized);
    pen.fillStyle = "#fff"; pen.strokeStyle = colour; pen.lineWidth = 2.2;
    pen.beginPath();
    round ? pen.arc(x, y, 8, 0, 7) : pen.rect(x - 8, y - 8, 16, 16);
    pen.fill(); pen.stroke();
    pen.fillStyle = "#111"; pen.font = "bold 12px " + FONT; pen.textAlign = "center"; pen.textBaseline = "middle";
    pen.fillText(text, x, y + 1);
    pen.restore();
  }
  text(pen, [x, y], text, look) {
    pen.font = (look.bold ? "bold " : "") + look.size + "px " + FONT;
    pen.textAlign = look.align || "left"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    pen.strokeStyle = look.halo || this.inks.halo; pen.lineWidth = 3.5; pen.strokeText(text, x, y);
    pen.fillStyle = look.colour || this.inks.ink; pen.fillText(text, x, y);
  }

  drawGround(pen) {
    const { site, inks } = this, names = new Names(this, pen), near = this.map.getZoom() >= 16, sized = this.map.getZoom() < 15 ? 0.62 : 1;
    if (site.fences.length) {
      const path = new Path2D();
      path.rect(-10, -10, this.view.wide + 20, this.view.high + 20);
      site.fences.forEach((rings) => path.addPath(this.path(rings)));
      pen.fillStyle = inks.outside; pen.fill(path, "evenodd");
    }
    for (const one of site.corridors) {
      this.line(pen, one.line, { stroke: inks.corridor, width: Math.max(one.width_m * this.metre(site.lat), 1) });
    }
    for (const zone of site.zones) {
      const path = this.path(zone.rings), colour = this.theme === "dark" ? ZONE_INKS[zone.category] || zone.colour : zone.colour;
      pen.fillStyle = hatch(pen, HATCHES[zone.category], colour, 0.1, 0.7); pen.fill(path, "evenodd");
      if (zone.fill) { pen.globalAlpha = 0.4; pen.fillStyle = zone.fill; pen.fill(path, "evenodd"); pen.globalAlpha = 1; }
      pen.strokeStyle = colour; pen.lineWidth = 1.8; pen.stroke(path);
    }
    for (const camera of site.cctv) this.cone(pen, camera);
    for (const one of site.keep_outs) {
      const path = this.path(one.rings);
      pen.fillStyle = hatch(pen, HATCHES.out, inks.keepOut, 0.2, 0.9); pen.fill(path, "evenodd");
      pen.strokeStyle = inks.keepOut; pen.lineWidth = 2; pen.stroke(path);
    }
    site.fences.forEach((rings) => rings.forEach((ring) => this.line(pen, [...ring, ring[0]], { stroke: inks.fence, width: 2.2, dash: DASHES.fence })));
    for (const one of site.obstacles) {
      const [x, y] = this.at(one.world);
      pen.beginPath(); pen.arc(x, y, one.radius_m * this.metre(site.lat), 0, 7);
      pen.fillStyle = "rgba(0,0,0,.25)"; pen.fill(); pen.strokeStyle = inks.ink; pen.lineWidth = 1; pen.stroke();
      pen.strokeStyle = inks.ink; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(x - 5, y + 5); pen.lineTo(x, y - 9); pen.lineTo(x + 5, y + 5); pen.stroke();
      names.sign([x, y], 9);
    }
    for (const poi of site.points) {
      const at = this.at(poi.world);
      if (this.shows(at)) { this.sign(pen, at, ...site.signs[poi.category]); names.sign(at, 6); }
    }
    for (const one of site.rally) { const at = this.at(one.world); this.letter(pen, at, "R", "#0a7a0a", true, sized); names.sign(at, 9 * sized); }
    for (const one of site.homes) { const at = this.at(one.world); this.letter(pen, at, "H", one.colour, false, sized); names.sign(at, 10 * sized); }
    for (const one of site.keep_outs) names.want(one.middle, near ? [one.name, one.heights] : [one.name], { size: 12, bold: true, colour: inks.keepOut, centred: true, always: sized === 1 });
    for (const zone of site.zones) names.want(zone.middle, [zone.name], { size: 14, bold: true, centred: true, reach: 4, colour: this.theme === "dark" ? ZONE_INKS[zone.category] : zone.colour });
    for (const one of site.homes) names.want(one.world, [one.name], { size: 13, bold: true, colour: inks.ink, gap: 12 });
    for (const one of site.obstacles) names.want(one.world, [one.name + " " + one.height_m + " m"], { size: 12, gap: 11 });
    if (near) for (const one of site.rally) names.want(one.world, [one.name], { size: 12, gap: 11 });
    if (near) for (const poi of site.points) names.want(poi.world, [poi.name], { size: 12, gap: 9 });
    names.draw();
    this.streets.names(names);
  }
  cone(pen, camera) {
    const [x, y] = this.at(camera.world), reach = camera.range_m * this.metre(this.site.lat);
    const turn = (camera.bearing_deg - 90) * Math.PI / 180, half = camera.field_of_view_deg * Math.PI / 360;
    pen.beginPath(); pen.moveTo(x, y); pen.arc(x, y, reach, turn - half, turn + half); pen.closePath();
    pen.fillStyle = this.theme === "dark" ? "rgba(160,200,255,.13)" : "rgba(40,60,90,.12)"; pen.fill();
    pen.strokeStyle = this.theme === "dark" ? "#a9c4e4" : "#556"; pen.lineWidth = 1; pen.setLineDash(DASHES.cctv); pen.stroke(); pen.setLineDash([]);
    pen.fillStyle = pen.strokeStyle; pen.beginPath(); pen.arc(x, y, 3, 0, 7); pen.fill();
  }

  drawTrails(pen) {
    const colours = new Map((this.picture ? this.picture.drones : []).map((drone) => [drone.name, drone.colour]));
    for (const [name, trail] of this.trails) {
      if (trail.length > 1) this.line(pen, trail.map((one) => one.world), { stroke: colours.get(name) || "#888", width: 2.5 });
    }
    this.trailsWhole = performance.now();
  }
  drawMoving(pen) {
    if (!this.picture) return;
    for (const drone of this.picture.drones) {
      if (drone.ahead.length > 1) this.line(pen, drone.ahead.map(world), { stroke: drone.colour, width: 2, dash: DASHES.ahead });
    }
    for (const officer of this.picture.officers || []) {
      const [x, y] = this.at(world(officer.at));
      if (!this.shows([x, y])) continue;
      pen.beginPath(); pen.arc(x, y, Math.max(officer.radius_m * this.metre(this.site.lat), 5), 0, 7);
      pen.fillStyle = "rgba(20,120,220,.18)"; pen.fill();
      pen.strokeStyle = "#1478dc"; pen.lineWidth = 2; pen.setLineDash(officer.is_old ? [5, 4] : []); pen.stroke(); pen.setLineDash([]);
      pen.fillStyle = "#1478dc"; pen.beginPath(); pen.arc(x, y, 3.5, 0, 7); pen.fill();
      this.text(pen, [x + 8, y + 3], officer.name + (officer.is_old ? " ?" : ""), { size: 13, bold: true });
    }
    for (const spot of this.picture.hotspots || []) {
      const [x, y] = this.at(world(spot.at));
      pen.beginPath(); pen.arc(x, y, 12, 0, 7);
      pen.strokeStyle = SPOT_INKS[spot.state] || "#9aa5b1"; pen.lineWidth = spot.state === "overdue" ? 5 : 3;
      pen.setLineDash(spot.state === "unknown" ? [3, 3] : []); pen.stroke(); pen.setLineDash([]);
    }
    for (const incident of this.picture.incidents) {
      const [x, y] = this.at(world(incident.at));
      pen.strokeStyle = "#e02020"; pen.lineWidth = 3; pen.beginPath(); pen.arc(x, y, 11, 0, 7); pen.stroke();
      pen.beginPath(); pen.moveTo(x - 6, y - 6); pen.lineTo(x + 6, y + 6); pen.moveTo(x + 6, y - 6); pen.lineTo(x - 6, y + 6); pen.stroke();
      this.text(pen, [x + 15, y - 9], incident.number, { size: 14, bold: true });
    }
    for (const aircraft of this.picture.aircraft) {
      const [x, y] = this.at(world(aircraft.at));
      if (!this.shows([x, y])) continue;
      pen.save(); pen.translate(x, y); pen.rotate((aircraft.course_deg || 0) * Math.PI / 180);
      this.sign(pen, [0, 0], "M0 -10L8 8L0 3L-8 8Z", "#b14bd6", "#fff", 1.5);
      pen.restore();
      this.text(pen, [x + 13, y - 5], aircraft.name, { size: 13, bold: true });
    }
    for (const drone of this.picture.drones) {
      if (!drone.at) continue;
      const [x, y] = this.at(world(drone.at));
      if (!this.shows([x, y])) continue;
      pen.beginPath(); pen.arc(x, y, 8, 0, 7);
      pen.fillStyle = drone.is_old ? "rgba(255,255,255,.75)" : drone.colour; pen.fill();
      pen.strokeStyle = drone.is_old ? drone.colour : "#fff"; pen.lineWidth = drone.is_old ? 3 : 2; pen.stroke();
      const age = drone.is_old && drone.heard_age_s !== null ? " ? " + drone.heard_age_s.toFixed(0) + " s" : drone.is_old ? " ?" : "";
      this.text(pen, [x + 12, y], drone.name + age, { size: 14, bold: true });
    }
  }
}

function siteInWorld(site) {
  const rings = (list) => list.map((ring) => ring.map(world));
  const placed = (list) => list.map((one) => ({ ...one, world: world(one.at) }));
  const areas = (list) => list.map((one) => {
    const shape = rings(one.rings), xs = shape[0].map((p) => p[0]), ys = shape[0].map((p) => p[1]);
    return { ...one, rings: shape, middle: [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2] };
  });
  return {
    ...site, lat: (site.bounds[0][0] + site.bounds[1][0]) / 2, fences: site.fences.map(rings), zones: areas(site.zones), keep_outs: areas(site.keep_outs),
    corridors: site.corridors.map((one) => ({ ...one, line: one.line.map(world) })), cctv: placed(site.cctv),
    obstacles: placed(site.obstacles), points: placed(site.points), rally: placed(site.rally), homes: placed(site.homes),
  };
}
const hatches = new Map();
function hatch(pen, lines, colour, tint, width) {
  const key = [lines, colour].join();
  if (!hatches.has(key)) {
    const tile = document.createElement("canvas"), ink = tile.getContext("2d");
    tile.width = tile.height = 8;
    ink.globalAlpha = tint; ink.fillStyle = colour; ink.fillRect(0, 0, 8, 8);
    ink.globalAlpha = 0.6; ink.strokeStyle = colour; ink.lineWidth = width; ink.stroke(new Path2D(lines || ""));
    hatches.set(key, pen.createPattern(tile, "repeat"));
  }
  return hatches.get(key);
}
