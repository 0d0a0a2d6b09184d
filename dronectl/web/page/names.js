"use strict";
/* Names that do not lie on each other: first come, first served, each tried beside its place on every side. */
class Names {
  constructor(map, pen) { this.map = map; this.pen = pen; this.wanted = []; this.squares = new Map(); }
  sign([x, y], radius) { this.take([x - radius, y - radius, x + radius, y + radius]); }
  want(place, lines, look) { this.wanted.push([place, lines.filter(Boolean), look]); }

  /* Whether any of those that were wanted since the last time found room. */
  draw() {
    const { map, pen } = this;
    let isAny = false;
    for (const [place, lines, look] of this.wanted.splice(0)) {
      const [x, y] = map.at(place);
      if (!map.shows([x, y], 0)) continue;
      pen.font = (look.bold ? "bold " : "") + look.size + "px " + FONT;
      const wide = Math.max(...lines.map((line) => pen.measureText(line).width)), high = lines.length * look.size * 1.3;
      const places = look.centred ? [[0, 0]] : [];
      for (let ring = 0; ring < (look.reach || 1); ring++) {
        const gap = (look.gap || 4) + ring * 16, side = gap + wide / 2, above = gap + high / 2;
        places.push([side, 0], [-side, 0], [0, -above], [0, above], [side, -above], [-side, -above], [side, above], [-side, above]);
      }
      const boxed = places.map(([dx, dy]) => [x + dx - wide / 2 - 2, y + dy - high / 2, x + dx + wide / 2 + 2, y + dy + high / 2]);
      const free = boxed.filter((one) => this.isFree(one));
      const box = free.find((one) => this.isWhole(one)) || free[0] || (look.always ? boxed[0] : null);
      if (!box) continue;
      this.take(box);
      isAny = true;
      lines.forEach((line, row) => map.text(pen, [(box[0] + box[2]) / 2, box[1] + (row + 0.5) * look.size * 1.3], line, { ...look, align: "center" }));
    }
    return isAny;
  }
  /* A name along a street, turned as the street runs; a street that is too short for it has none. */
  along(start, end, text, look) {
    const { pen, map } = this, seen = this.inView(start, end);
    if (!seen) return false;
    const [from, to] = seen, dx = to[0] - from[0], dy = to[1] - from[1];
    pen.font = look.size + "px " + FONT;
    const wide = pen.measureText(text).width, long = Math.hypot(dx, dy);
    if (long < wide + 6) return false;
    const x = (from[0] + to[0]) / 2, y = (from[1] + to[1]) / 2;
    let turn = Math.atan2(dy, dx);
    if (turn > Math.PI / 2) turn -= Math.PI;
    if (turn <= -Math.PI / 2) turn += Math.PI;
    const boxes = [], steps = Math.max(Math.ceil(wide / 16), 1);
    for (let step = 0; step < steps; step++) {
      const share = ((step + 0.5) / steps - 0.5) * wide, bx = x + Math.cos(turn) * share, by = y + Math.sin(turn) * share;
      boxes.push([bx - 9, by - 9, bx + 9, by + 9]);
    }
    if (!boxes.every((box) => this.isFree(box))) return false;
    boxes.forEach((box) => this.take(box));
    pen.save(); pen.translate(x, y); pen.rotate(turn);
    map.text(pen, [0, 0], text, { ...look, align: "center" });
    pen.restore();
    return true;
  }

  /* The part of a line that can be seen (Liang and Barsky). */
  inView([x0, y0], [x1, y1]) {
    const { wide, high } = this.map.view, dx = x1 - x0, dy = y1 - y0;
    let first = 0, last = 1;
    for (const [step, room] of [[-dx, x0], [dx, wide - x0], [-dy, y0], [dy, high - y0]]) {
      if (step === 0 && room < 0) return null;
      if (step < 0) first = Math.max(first, room / step);
      if (step > 0) last = Math.min(last, room / step);
    }
    return first < last ? [[x0 + dx * first, y0 + dy * first], [x0 + dx * last, y0 + dy * last]] : null;
  }
  *touched([left, top, right, bottom]) {
    for (let i = Math.floor(left / 64); i <= Math.floor(right / 64); i++) {
      for (let j = Math.floor(top / 64); j <= Math.floor(bottom / 64); j++) yield i * 4096 + j;
    }
  }
  take(box) {
    for (const square of this.touched(box)) {
      if (!this.squares.has(square)) this.squares.set(square, []);
      this.squares.get(square).push(box);
    }
  }
  isWhole([left, top, right, bottom]) { return left >= 0 && top >= 0 && right <= this.map.view.wide && bottom <= this.map.view.high; }
  isFree(box) {
    for (const square of this.touched(box)) {
      for (const o of this.squares.get(square) || []) {
        if (box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]) return false;
      }
    }
    return true;
  }
}
