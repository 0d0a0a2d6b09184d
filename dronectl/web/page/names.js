"use strict";
/* Names that do not lie on each other: first come, first served, each tried beside its place on every side. */
class Names {
  constructor(map, pen) { this.map = map; this.pen = pen; this.wanted = []; this.squares = new Map(); }
  sign([x, y], radius) { this.take([x - radius, y - radius, x + radius, y + radius]); }
  want(place, lines, look) { this.wanted.push([place, lines.filter(Boolean), look]); }

  draw() {
    const { map, pen } = this;
    for (const [place, lines, look] of this.wanted.splice(0)) {
      const [x, y] = map.at(place);
      if (!map.shows([x, y], 0)) continue;
      pen.font = (look.bold ? "bold " : "") + look.size + "px " + FONT;
      const wide = Math.max(...lines.map((line) => pen.measureText(line).width)), high = lines.length * look.size * 1.3;
      const gap = look.gap || 4, side = gap + wide / 2, above = gap + high / 2;
      const places = [[side, 0], [-side, 0], [0, -above], [0, above], [side, -above], [-side, -above], [side, above], [-side, above]];
      if (look.centred) places.unshift([0, 0]);
      const boxed = places.map(([dx, dy]) => [x + dx - wide / 2 - 2, y + dy - high / 2, x + dx + wide / 2 + 2, y + dy + high / 2]);
      const box = boxed.find((one) => this.isFree(one)) || (look.always ? boxed[0] : null);
      if (!box) continue;
      this.take(box);
      lines.forEach((line, row) => map.text(pen, [(box[0] + box[2]) / 2, box[1] + (row + 0.5) * look.size * 1.3], line, { ...look, align: "center" }));
    }
  }
  /* A name along a street, turned as the street runs; a street that is too short for it has none. */
  along(from, to, text, look) {
    const { pen, map } = this, dx = to[0] - from[0], dy = to[1] - from[1];
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
  isFree(box) {
    for (const square of this.touched(box)) {
      for (const o of this.squares.get(square) || []) {
        if (box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]) return false;
      }
    }
    return true;
  }
}
