// The drones of a plan on its time slider, and its findings.
(() => {
  const { data, byId, all, signs, put, unitsPerPixel, draw, show } = page;
  let sortie = data.first;
  let playing = false;
  let last = 0;

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
    draw();
    tick();
  };
  byId('sortie').addEventListener('change', (event) => choose(Number(event.target.value)));

  const light = (row) => {
    for (const node of all('.lit')) node.classList.remove('lit');
    const place = data.places[row.dataset.finding];
    if (!place) return;
    if (Number(row.dataset.sortie) !== sortie) choose(Number(row.dataset.sortie));
    for (const node of all(`[data-finding="${row.dataset.finding}"]`)) node.classList.add('lit');
    show(place[0], place[1], 2);
  };
  for (const row of all('li.there')) {
    row.addEventListener('click', () => light(row));
    row.addEventListener('keydown', (event) => { if (event.key === 'Enter') light(row); });
  }

  choose(sortie);
})();
