'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = (id) => document.getElementById(id);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const map = byId('map');
  const start = map.viewBox.baseVal;
  const home = { x: start.x, y: start.y, w: start.width, h: start.height };
  let box = { ...home };
  let sortie = data.first;
  let playing = false;
  let last = 0;

  // Signs and names keep their size: each is scaled against the zoom, about its own place.
  const signs = all('#map .fixed').map((node) => {
    const at = node.getAttribute('transform').match(/-?[\d.]+/g).map(Number);
    return { node, x: at[0], y: at[1] };
  });
  const unitsPerPixel = () => Math.max(box.w / (map.clientWidth || 1), box.h / (map.clientHeight || 1));
  const put = (sign, size) => sign.node.setAttribute('transform', `translate(${sign.x} ${sign.y}) scale(${size})`);

  const draw = () => {
    map.setAttribute('viewBox', `${box.x} ${box.y} ${box.w} ${box.h}`);
    const size = unitsPerPixel();
    for (const sign of signs) put(sign, size);
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
  byId('reset').addEventListener('click', () => { box = { ...home }; draw(); });
  window.addEventListener('resize', draw);
  if (!data.flights) { // a site without a plan
    draw();
    return;
  }

  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`;
  const lasts = (number) => Math.max(1, ...data.flights
    .filter((flight) => flight.sortie === number).map((flight) => flight.steps[flight.steps.length - 1][0]));
  const at = (steps, t) => {
    let next = steps.findIndex((step) => step[0] > t);
    if (next === 0) return steps[0].slice(1);
    if (next < 0) return steps[steps.length - 1].slice(1);
    const [a, b] = [steps[next - 1], steps[next]];
    const share = (t - a[0]) / (b[0] - a[0]);
    return [1, 2, 3].map((i) => a[i] + (b[i] - a[i]) * share);
  };

  const drones = new Map(signs.filter((sign) => sign.node.dataset.flight !== undefined)
    .map((sign) => [Number(sign.node.dataset.flight), sign]));
  const slider = byId('time');
  const tick = () => {
    const t = Number(slider.value);
    const end = lasts(sortie);
    const size = unitsPerPixel();
    const flying = [];
    byId('now').textContent = `≈ ${clock(t)} / ${clock(end)}`;
    data.flights.forEach((flight, index) => {
      const sign = drones.get(index);
      sign.node.classList.toggle('hidden', flight.sortie !== sortie);
      if (flight.sortie !== sortie) return;
      const [x, y, height] = at(flight.steps, t);
      Object.assign(sign, { x, y });
      put(sign, size);
      document.querySelector(`[data-now="${index}"]`).textContent = height < 0.5 ? 'พื้น ground' : `${height.toFixed(0)} m`;
      if (height >= 0.5) flying.push({ name: flight.name, x: x / data.scale, y: y / data.scale, z: height });
    });
    let nearest = null;
    flying.forEach((a, i) => flying.slice(i + 1).forEach((b) => {
      const d = Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
      if (!nearest || d < nearest.d) nearest = { d, a, b };
    }));
    byId('nearest').textContent = nearest
      ? `ใกล้กันที่สุด nearest ≈ ${nearest.a.name} – ${nearest.b.name} ${nearest.d.toFixed(0)} m` : '';
    const [left, right] = data.profile;
    for (const line of all('.now')) line.setAttribute('transform', `translate(${(right - left) * t / end} 0)`);
  };
  slider.addEventListener('input', tick);

  const step = (stamp) => {
    if (!playing) return;
    const end = lasts(sortie);
    slider.value = Number(slider.value) + Math.min(stamp - last, 200) / 1000 * Math.max(10, end / 60);
    last = stamp;
    tick();
    if (Number(slider.value) >= end - 0.5) playing = false;
    byId('play').textContent = playing ? '⏸' : '▶';
    requestAnimationFrame(step);
  };
  byId('play').addEventListener('click', () => {
    playing = !playing;
    if (playing && Number(slider.value) >= lasts(sortie) - 0.5) slider.value = 0;
    byId('play').textContent = playing ? '⏸' : '▶';
    last = performance.now();
    requestAnimationFrame(step);
  });

  const choose = (number) => {
    sortie = number;
    byId('sortie').value = String(number);
    for (const node of all('#map [data-sortie], #drones [data-sortie], .profile')) {
      node.classList.toggle('hidden', Number(node.dataset.sortie) !== number);
    }
    slider.max = lasts(number);
    slider.value = 0;
    tick();
  };
  byId('sortie').addEventListener('change', (event) => choose(Number(event.target.value)));

  const light = (row) => {
    for (const node of all('.lit')) node.classList.remove('lit');
    const place = data.places[row.dataset.finding];
    if (!place) return;
    if (Number(row.dataset.sortie) !== sortie) choose(Number(row.dataset.sortie));
    for (const node of all(`[data-finding="${row.dataset.finding}"]`)) node.classList.add('lit');
    box = { x: place[0] - home.w / 4, y: place[1] - home.h / 4, w: home.w / 2, h: home.h / 2 };
    draw();
  };
  for (const row of all('li.there')) {
    row.addEventListener('click', () => light(row));
    row.addEventListener('keydown', (event) => { if (event.key === 'Enter') light(row); });
  }

  draw();
  choose(sortie);
})();
