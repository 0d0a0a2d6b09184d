// Flown tracks on their time slider: where each drone was, how high and how fast; a gap in the recording stays a gap.
(() => {
  const { data, byId, all, signs, put, unitsPerPixel, home, draw, show } = page;
  const map = byId('map');
  const slider = byId('time');
  const TAIL_S = 60;
  const MOST_ROWS = 12; // more flights than that: those that are not in the air have no row
  const [T, X, Y, HEIGHT, SPEED, BATTERY, SEA] = [0, 1, 2, 3, 4, 5, 6];
  const standing = signs.length;
  let outing = -1;
  let t = 0;
  let playing = false;
  let last = 0;

  const two = (number) => String(Math.floor(number)).padStart(2, '0');
  const span = (s) => (s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(s % 3600 / 60)}:${two(s % 60)}`);
  const words = (s) => {
    const { clock, end } = data.outings[outing];
    const elapsed = `${span(s)} / ${span(end)}`;
    if (!clock) return elapsed;
    const of = clock.begin + Math.floor(s);
    const days = Math.floor(of / 86400);
    const day = days ? ` +${days} d` : '';
    return `${two(of % 86400 / 3600)}:${two(of % 3600 / 60)}:${two(of % 60)}${day}${clock.zone} · ${elapsed}`;
  };

  // The place in a rising column at which a value would stand: how many are not above it.
  const upTo = (column, value) => {
    let [low, high] = [0, column.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] <= value) low = middle + 1; else high = middle;
    }
    return low;
  };

  // What is known of a flight at a time; `state` is before, flying, gap or after.
  const at = (flight, s) => {
    const parts = flight.parts;
    if (s < parts[0][T][0]) return { state: 'before', ...fix(parts[0], 0, 0, 0) };
    for (let number = parts.length - 1; number >= 0; number -= 1) {
      const part = parts[number];
      const times = part[T];
      if (s < times[0]) continue;
      const end = times.length - 1;
      if (s > times[end]) return { state: number === parts.length - 1 ? 'after' : 'gap', ...fix(part, end, end, 0) };
      const next = Math.min(upTo(times, s), end);
      const before = Math.max(next - 1, 0);
      const long = times[next] - times[before];
      return { state: 'flying', ...fix(part, before, next, long > 0 ? (s - times[before]) / long : 0) };
    }
    return null;
  };
  const fix = (part, before, next, share) => {
    const value = (column) => {
      const [a, b] = [part[column][before], part[column][next]];
      return a == null || b == null ? null : a + (b - a) * share;
    };
    const [x, y] = [value(X), value(Y)];
    let speed = part[SPEED][before] ?? null;
    if (speed === null && next > before) {
      const far = Math.hypot(part[X][next] - part[X][before], part[Y][next] - part[Y][before]) / data.scale;
      speed = far / (part[T][next] - part[T][before]);
    }
    return { x, y, height: value(HEIGHT), speed, battery: value(BATTERY), sea: value(SEA) };
  };
  const modeAt = (flight, s) => {
    const told = flight.modes.filter((mode) => mode[0] <= s);
    return told.length ? told[told.length - 1][1] : '';
  };
  const tail = (flight, s) => flight.parts.map((part) => {
    const spots = [];
    for (let index = upTo(part[T], s - TAIL_S); index < part[T].length && part[T][index] <= s; index += 1) {
      spots.push([part[X][index], part[Y][index]]);
    }
    const begin = part[T][0];
    const end = part[T][part[T].length - 1];
    for (const [moment, add] of [[s - TAIL_S, 'unshift'], [s, 'push']]) {
      if (moment > begin && moment < end) {
        const there = at({ parts: [part] }, moment);
        spots[add]([there.x, there.y]);
      }
    }
    return spots.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(2)}`).join('');
  }).join('');

  const made = (tag, attributes, ...children) => {
    const node = document.createElementNS(map.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  let shown = []; // of the outing: the flight, its sign, its tail, and its row
  const begin = () => {
    for (const one of shown) for (const node of [one.sign.node, one.tail, one.row]) node.remove();
    signs.length = standing;
    shown = (outing < 0 ? [] : data.outings[outing].flights).map((index) => {
      const flight = data.flights[index];
      const name = made('text', { y: -12, 'font-size': 12, 'text-anchor': 'middle', fill: '#222' }, flight.name);
      const node = made('g', { class: 'fixed moving' }, made('circle', { r: 8, fill: flight.colour, stroke: '#fff', 'stroke-width': 2 }),
        made('circle', { r: 2.6, fill: '#fff' }), made('g', { class: 'halo bold' }, name));
      const line = made('path', { class: 'tail', stroke: flight.colour });
      map.querySelector('.flown').before(line);
      map.append(node);
      const sign = { node, x: 0, y: 0 };
      signs.push(sign);
      const row = byId('moment').tBodies[0].insertRow();
      row.insertCell().append(made('svg', { width: 14, height: 14 }, made('circle', { cx: 7, cy: 7, r: 6, fill: flight.colour })));
      row.insertCell().textContent = flight.name;
      for (let cell = 0; cell < 4; cell += 1) row.insertCell();
      return { flight, sign, tail: line, row };
    });
  };

  const said = (flight, there) => {
    const height = there.height === null ? '–' : `${Math.round(there.height) || 0} m ${flight.datum}`;
    if (there.state === 'gap') return ['ไม่มีบันทึก not recorded', '', '', ''];
    if (there.state === 'before') return ['ยังไม่เริ่ม not yet', '', '', ''];
    if (there.state === 'after') return ['จบแล้ว ended', '', '', ''];
    return [height, there.speed === null ? '–' : `${there.speed.toFixed(1)} m/s`,
      there.battery === null ? '–' : `${there.battery.toFixed(0)} %`, modeAt(flight, t)];
  };
  const tick = () => {
    const size = unitsPerPixel();
    const flying = [];
    for (const { flight, sign, tail: line, row } of shown) {
      const there = at(flight, t);
      Object.assign(sign, { x: there.x, y: there.y });
      put(sign, size);
      sign.node.classList.toggle('lost', there.state === 'gap');
      sign.node.classList.toggle('hidden', there.state === 'before' || there.state === 'after');
      line.setAttribute('d', tail(flight, t));
      said(flight, there).forEach((text, index) => { row.cells[index + 2].textContent = text; });
      row.hidden = shown.length > MOST_ROWS && there.state !== 'flying' && there.state !== 'gap';
      row.cells[2].colSpan = there.state === 'flying' ? 1 : 4;
      for (let cell = 3; cell < 6; cell += 1) row.cells[cell].hidden = there.state !== 'flying';
      if (there.state === 'flying' && there.sea !== null) { // homes differ in height
        flying.push({ name: flight.name, x: there.x / data.scale, y: there.y / data.scale, z: there.sea });
      }
    }
    let nearest = null;
    flying.forEach((a, i) => flying.slice(i + 1).forEach((b) => {
      const d = Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
      if (a.name !== b.name && (!nearest || d < nearest.d)) nearest = { d, a, b };
    }));
    byId('apart').textContent = nearest
      ? `ใกล้กันที่สุด nearest ≈ ${nearest.a.name} – ${nearest.b.name} ${nearest.d.toFixed(0)} m` : '';
    const is = outing >= 0;
    const told = is ? words(t) : '';
    slider.value = t;
    slider.setAttribute('aria-valuetext', told || '–');
    byId('now').textContent = told;
    byId('play').textContent = playing ? '⏸' : '▶';
    const [left, right] = data.profile;
    const along = is && data.outings[outing].end > 0 ? t / data.outings[outing].end : 0;
    for (const line of all('.now')) line.setAttribute('transform', `translate(${(right - left) * along} 0)`);
  };
  const go = (s) => {
    t = outing < 0 ? 0 : Math.min(Math.max(s, 0), data.outings[outing].end);
    tick();
  };
  slider.addEventListener('input', () => go(Number(slider.value)));

  const step = (stamp) => {
    if (!playing) return;
    const s = t + Math.min(stamp - last, 200) / 1000 * Number(byId('speed').value);
    last = stamp;
    if (s >= data.outings[outing].end) playing = false;
    go(s);
    if (playing) requestAnimationFrame(step);
  };
  const play = () => {
    if (outing < 0) choose(0);
    playing = !playing;
    if (playing && t >= data.outings[outing].end) t = 0;
    last = performance.now();
    tick();
    if (playing) requestAnimationFrame(step);
  };
  byId('play').addEventListener('click', play);

  const choose = (number) => {
    outing = number;
    playing = false;
    byId('outing').value = String(number);
    const end = number < 0 ? 0 : data.outings[number].end;
    slider.max = Math.ceil(end);
    slider.disabled = number < 0;
    const speeds = Array.from(byId('speed').options, (option) => Number(option.value));
    byId('speed').value = String(speeds.find((times) => end / times <= 60) || speeds[speeds.length - 1]);
    for (const node of all('.flown, #flights tbody')) {
      const is = data.flights[Number(node.dataset.flight)].outing === number;
      node.classList.toggle('ours', is);
      node.classList.toggle('other', number >= 0 && !is);
    }
    for (const node of all('.profile')) node.classList.toggle('hidden', Number(node.dataset.outing) !== number);
    for (const node of all('#events li')) {
      node.classList.toggle('hidden', Number(node.dataset.outing) !== number);
    }
    for (const node of all('.of-one')) node.classList.toggle('hidden', number < 0);
    for (const node of all('.of-all')) node.classList.toggle('hidden', number >= 0);
    begin();
    go(0);
  };
  byId('outing').addEventListener('change', (event) => choose(Number(event.target.value)));

  for (const button of all('button.there')) {
    button.addEventListener('click', () => {
      const { parts, outing: its } = data.flights[Number(button.dataset.flight)];
      if (its !== outing) choose(its);
      go(parts[0][T][0]);
      const edge = (column, of) => parts.reduce((found, part) => part[column].reduce((a, b) => of(a, b), found), of === Math.min ? Infinity : -Infinity);
      const [left, right, top, bottom] = [edge(X, Math.min), edge(X, Math.max), edge(Y, Math.min), edge(Y, Math.max)];
      const wide = Math.max(right - left, (bottom - top) * home.w / home.h, home.w / 40) * 1.2;
      show((left + right) / 2, (top + bottom) / 2, home.w / wide);
    });
  }
  for (const row of all('#events li.there')) {
    const there = () => {
      if (Number(row.dataset.outing) !== outing) choose(Number(row.dataset.outing));
      go(Number(row.dataset.at));
    };
    row.addEventListener('click', there);
    row.addEventListener('keydown', (event) => { if (event.key === 'Enter') there(); });
  }
  for (const box of all('input[data-layer]')) {
    const look = () => {
      map.classList.toggle(`without-${box.dataset.layer}`, !box.checked);
      draw();
    };
    box.addEventListener('change', look);
    look();
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('select, button, a, input[type=checkbox]')) return;
    if (event.key === ' ') play();
    else if (event.key === ',') go(t - 1);
    else if (event.key === '.') go(t + 1);
    else return;
    event.preventDefault();
  });

  choose(data.outings.length > 1 ? -1 : 0);
})();
