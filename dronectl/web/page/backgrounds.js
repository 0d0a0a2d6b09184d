/* What lies below everything: the user's own tiles, bottom to top, and the names of their streets. */
const NAMES_KEPT = 240, POIS_FROM_ZOOM = 17;
const NAME_SIZES = { place: 15, "water-name": 12, poi: 11 };
const NAME_INKS = {
  dark: { street: "#c3ccd6", place: "#e9eef3", "water-name": "#8fc3e6", poi: "#b5bfc9", halo: "#12171d" },
  light: { street: "#4a443d", place: "#2b2620", "water-name": "#2f6c96", poi: "#5b5249", halo: "#ffffff" },
  over: { street: "#ffffff", place: "#ffffff", "water-name": "#bfe4ff", poi: "#ffffff", halo: "#101010" },
};
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const asHtml = (text) => text.replace(/[&<>"]/g, (character) => escapes[character]);

class Backgrounds {
  constructor(siteMap) {
    this.siteMap = siteMap;
    this.files = [];
    this.layers = new Map();
    this.tiles = new Map(); // address of a tile → its names; null while they are asked for
    this.hasPicture = false;
  }
  begin() {
    const { map } = this.siteMap;
    fetch("/api/backgrounds").then((answer) => answer.json()).then((files) => {
      this.files = files.filter((file) => !file.problem);
      for (const file of files) {
        if (file.problem) map.attributionControl.addAttribution('<span class="missing">' + asHtml(file.problem) + "</span>");
        if (file.further_attribution) map.attributionControl.addAttribution(asHtml(file.further_attribution));
      }
      for (const file of this.files) this.add(file);
      this.siteMap.redraw("ground");
    });
  }
  add(file) {
    const [west, south, east, north] = file.bounds, isStreets = file.kind === "streets";
    const over = this.hasPicture;
    if (!isStreets) this.hasPicture = true;
    const layer = L.tileLayer(this.address(file), {
      // Leaflet takes tiles of the next whole zoom, and throws them away again below minZoom.
      minZoom: file.min_zoom - 0.5, maxZoom: 20, maxNativeZoom: isStreets ? Math.min(file.max_zoom + 8, 20) : file.max_zoom,
      bounds: [[south, west], [north, east]], attribution: asHtml(file.attribution), updateWhenIdle: true, keepBuffer: 1, zIndex: file.number + 1,
    });
    layer.on("tileerror", () => this.damaged(file));
    layer.addTo(this.siteMap.map);
    this.layers.set(file.number, { layer, file, over });
  }
  address(file) { return "/tiles/" + file.number + "/{z}/{x}/{y}?theme=" + this.siteMap.theme + "&v=" + file.version; }
  restyle() {
    for (const { layer, file } of this.layers.values()) {
      if (file.kind !== "streets") continue;
      layer.setUrl(this.address(file), true); // Leaflet's own redraw would ask for tiles of half a zoom
      layer.remove().addTo(this.siteMap.map);
    }
  }
  damaged(file) {
    if (file.told) return;
    file.told = true;
    this.siteMap.map.attributionControl.addAttribution('<span class="missing">' + asHtml(file.name) + ": บางส่วนอ่านไม่ได้ · parts cannot be read</span>");
  }

  names(names) {
    for (const { file, over } of this.layers.values()) {
      if (file.kind === "streets") this.namesOf(file, over, names);
    }
  }
  namesOf(file, over, names) {
    const { map, view, language, theme } = this.siteMap, zoom = map.getZoom();
    if (Math.round(zoom) < file.min_zoom) return; // as Leaflet chooses tiles: the next whole zoom, drawn larger or smaller
    const own = Math.min(Math.round(zoom), file.max_zoom), size = view.scale / 2 ** own, found = [];
    const last = 2 ** own - 1, between = (value) => Math.min(Math.max(value, 0), last);
    for (let x = between(Math.floor(view.x / size)); x <= between(Math.floor((view.x + view.wide) / size)); x++) {
      for (let y = between(Math.floor(view.y / size)); y <= between(Math.floor((view.y + view.high) / size)); y++) {
        found.push(...(this.tile(file, own, x, y) || []));
      }
    }
    found.sort((a, b) => a.rank - b.rank);
    const inks = NAME_INKS[over ? "over" : theme], written = new Map();
    for (const one of found) {
      if (one.kind === "poi" && zoom < POIS_FROM_ZOOM) continue;
      if (one.kind !== "poi" && one.rank > zoom - 8) continue;
      const text = language === "en" ? one.latin : one.thai, start = this.siteMap.at(one.start);
      const near = (written.get(text) || []).some(([x, y]) => Math.hypot(x - start[0], y - start[1]) < 320);
      if (near) continue;
      const look = { size: NAME_SIZES[one.kind] || 11.5, colour: inks[one.kind] || inks.street, halo: inks.halo, centred: true, bold: one.kind === "place" };
      let isUp = false;
      if (one.end) isUp = names.along(start, this.siteMap.at(one.end), text, look);
      else { names.want(one.start, [text], look); isUp = names.draw(); }
      if (isUp) written.set(text, [...(written.get(text) || []), start]);
    }
  }
  tile(file, zoom, x, y) {
    const address = "/names/" + file.number + "/" + zoom + "/" + x + "/" + y + "?v=" + file.version;
    if (this.tiles.has(address)) {
      const kept = this.tiles.get(address);
      this.tiles.delete(address); this.tiles.set(address, kept);
      return kept;
    }
    this.tiles.set(address, null);
    fetch(address).then((answer) => (answer.status === 200 ? answer.json() : [])).then((list) => {
      this.tiles.set(address, list.map(([kind, rank, thai, latin, start, end]) => ({ kind, rank, thai, latin, start: world(start), end: end && world(end) })));
      while (this.tiles.size > NAMES_KEPT) this.tiles.delete(this.tiles.keys().next().value);
      this.siteMap.redraw("ground");
    }).catch(() => this.tiles.delete(address));
    return null;
  }
}
