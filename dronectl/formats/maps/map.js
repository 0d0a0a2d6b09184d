'use strict';
// The map of a page that stands alone: moved and zoomed by mouse, fingers and keys. What else moves is in scripts of
// their own, which get what they need from here.
const page = (() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = (id) => document.getElementById(id);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const map = byId('map');
  const start = map.viewBox.baseVal;
  const home = { x: start.x, y: start.y, w: start.width, h: start.height };
  let box = { ...home };

  // Signs and names keep their size: each is scaled against the zoom, about its own place.
  const signs = all('#map .fixed').map((node) => {
    const at = node.getAttribute('transform').match(/-?[\d.]+/g).map(Number);
    return { node, x: at[0], y: at[1] };
  });
  const unitsPerPixel = () => Math.max(box.w / (map.clientWidth || 1), box.h / (map.clientHeight || 1));
  const put = (sign, size) => sign.node.setAttribute('transform', `translate(${sign.x} ${sign.y}) scale(${size})`);

  // Names have room where the drawing is as wide as it was drawn; where it is narrower, those that lie on more important
  // ones are hidden until there is room.
  const names = signs.filter(({ node }) => node.querySelector('.halo')).map((sign) => ({ sign, must: 'must' in sign.node.dataset }));
  names.sort((a, b) => b.must - a.must);
  const makeRoom = (size) => {
    const taken = [];
    for (const name of names) {
      const { node, x, y } = name.sign;
      if (!name.box || !name.box.width) name.box = node.getBBox();
      if (!name.box.width) continue; // it is not shown now
      const [left, top] = [x / size + name.box.x, y / size + name.box.y]; // letters are within their box by two dots
      const box = [left + 2, top + 2, left + name.box.width - 2, top + name.box.height - 2];
      const isCrowded = !name.must && taken.some((one) => box[0] < one[2] && one[0] < box[2] && box[1] < one[3] && one[1] < box[3]);
      node.classList.toggle('crowded', isCrowded);
      if (!isCrowded && node.getClientRects().length) taken.push(box);
    }
  };

  const draw = () => {
    map.setAttribute('viewBox', `${box.x} ${box.y} ${box.w} ${box.h}`);
    const size = unitsPerPixel();
    for (const sign of signs) put(sign, size);
    makeRoom(size);
    const widest = 160 * size / data.scale;
    const power = 10 ** Math.floor(Math.log10(widest));
    const metres = power * [5, 2, 1].find((step) => step * power <= widest);
    byId('bar').style.width = `${metres * data.scale / size}px`;
    byId('metres').textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  };

  const zoom = (factor, x, y) => {
    const w = Math.min(Math.max(box.w * factor, home.w / 40), home.w * 6);
    const f = w / box.w;
    box = { x: x - (x - box.x) * f, y: y - (y - box.y) * f, w, h: box.h * f };
    draw();
  };
  const middle = () => [box.x + box.w / 2, box.y + box.h / 2];
  const spot = (event) => {
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    return [p.x, p.y];
  };

  map.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...spot(event));
  }, { passive: false });
  const fingers = new Map();
  map.addEventListener('pointerdown', (event) => {
    map.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    map.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  map.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const others = Array.from(fingers.values()).filter((finger) => finger.pointerId !== event.pointerId);
    fingers.set(event.pointerId, event);
    if (others.length) {
      const apart = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
      zoom(apart(before, others[0]) / apart(event, others[0]), ...spot(others[0]));
      return;
    }
    const size = unitsPerPixel();
    box.x -= (event.clientX - before.clientX) * size;
    box.y -= (event.clientY - before.clientY) * size;
    draw();
  });
  byId('in').addEventListener('click', () => zoom(1 / 1.5, ...middle()));
  byId('out').addEventListener('click', () => zoom(1.5, ...middle()));
  const reset = () => { box = { ...home }; draw(); };
  byId('reset').addEventListener('click', reset);
  window.addEventListener('resize', draw);
  map.addEventListener('keydown', (event) => {
    const far = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (far) {
      box.x += far[0] * box.w / 10;
      box.y += far[1] * box.h / 10;
      draw();
    } else if (event.key === '+' || event.key === '=') zoom(1 / 1.5, ...middle());
    else if (event.key === '-') zoom(1.5, ...middle());
    else if (event.key === '0') reset();
    else return;
    event.preventDefault();
  });

  // The part of the drawing that is in the picture: its middle, and how much wider the whole is.
  const show = (x, y, times) => {
    const w = Math.max(home.w / times, home.w / 40);
    const h = w * home.h / home.w;
    box = { x: x - w / 2, y: y - h / 2, w, h };
    draw();
  };
  draw();
  return { data, byId, all, signs, put, unitsPerPixel, home, draw, show };
})();
