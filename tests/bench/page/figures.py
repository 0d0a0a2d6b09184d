"""What the control room's page costs a browser, and how late it is.

Run: ``python tests/bench/page/figures.py [cost] [delay] [hours]``, all without a word; it needs Chromium, and runs
itself in a network namespace with loopback only where it may make one (``unshare -n``).

* ``cost``: 100 drones at 5 pictures a second over streets, for 20 s: processor time of the process that runs and draws
  the page (renderer), and of the one that puts its layers together, which without a graphics card is work of the
  processor too. Goal: the renderer under 25 % of a core. Then the map is dragged all the while.
* ``delay``: ``dronectl serve`` on three pretended vehicles that send their place ten times a second by UDP: from the
  datagram to the frame that shows this place or a newer one. Goals: median 250 ms, 99 % within 1 s.
* ``hours``: 144,000 pictures, eight hours of five a second, shown as fast as they can be: what the page's heap grows by
  after garbage was collected, from the end of the first half hour. Goal: under 20 MB.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "support" / "maps"), str(Path(__file__).parent)]

import made_up_town  # noqa: E402
from browser import Page, browser  # noqa: E402
from pretend_room import PretendRoom  # noqa: E402

from dronectl.model.ground.tiles import MapSettings  # noqa: E402
from dronectl.ops.background.desk import TileDesk  # noqa: E402
from dronectl.web.app import make_app  # noqa: E402
from dronectl.web.server import serving  # noqa: E402

WORDS = ("cost", "delay", "hours")
_INSIDE = "DRONECTL_BENCH_INSIDE"
_SECONDS = 20.0
_READY = "typeof siteMap !== 'undefined' && !!siteMap.view && !!siteMap.picture"
_TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def page_of(drones: int) -> AsyncIterator[tuple[Page, int]]:
    """Within: the page over streets, drawn once, on a wall's screen, and the browser's process."""
    with tempfile.TemporaryDirectory() as folder:
        made_up_town.write_pmtiles(Path(folder) / "town.pmtiles")
        async with TileDesk(Path(folder), MapSettings(("town.pmtiles",))) as tiles:
            room = PretendRoom(drones, tiles=tiles)
            async with serving(make_app(room, room.site.name), "127.0.0.1", 0) as port, browser() as (page, program):
                await page.size(1920, 1080)
                await page.open(f"http://127.0.0.1:{port}/")
                await page.until(_READY, within_s=240)
                await asyncio.sleep(4)
                yield page, program.pid


async def cost() -> None:
    async with page_of(100) as (page, program):
        await page.evaluate(_COUNT)
        for what in ("standing map", "map dragged"):
            await page.evaluate("window.count = 0")
            before, started_s = processor_s(program), time.monotonic()
            while time.monotonic() - started_s < _SECONDS:
                if what == "map dragged":
                    await page.evaluate("siteMap.map.panBy([Math.random() < .5 ? 9 : -9, 4], { animate: false }); 0")
                await asyncio.sleep(0.1)
            passed_s, after = time.monotonic() - started_s, processor_s(program)
            rate_hz = await page.evaluate("window.count") / passed_s
            shares = {kind: (after[kind] - before.get(kind, 0.0)) / passed_s for kind in after}
            print(
                f"cost: 100 drones, {what}, drawn {rate_hz:.1f} times a second: "
                f"renderer {shares.get('renderer', 0.0):.1%} of a core, "
                f"compositing without a graphics card {shares.get('gpu-process', 0.0):.1%}"
            )


_COUNT = """(() => {
  const own = siteMap.drawMoving.bind(siteMap);
  siteMap.drawMoving = (pen) => { own(pen); window.count += 1; };
})()"""


def processor_s(program: int) -> Mapping[str, float]:
    """Seconds of processor that the browser's processes took so far, by kind."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    ours, found = {program}, dict[str, float]()
    for _ in range(6):
        ours |= {pid for pid, parent in parents.items() if parent in ours}
    for pid in ours:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        kind = words.split("--type=")[1].split()[0] if "--type=" in words else "browser"
        found[kind] = found.get(kind, 0.0) + (int(fields[11]) + int(fields[12])) / _TICKS
    return found


async def delay() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("geofences", "missions"):
            shutil.copytree(REPOSITORY / name, root / name)
        text = (REPOSITORY / "dronectl.toml").read_text("utf-8")
        for number, port in enumerate((5760, 5770, 5780)):
            text = text.replace(f"tcp://127.0.0.1:{port}", f"udpin://127.0.0.1:{14650 + number}")
        (root / "dronectl.toml").write_text(text, "utf-8")
        sent: list[tuple[int, float]] = []
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "XDG_RUNTIME_DIR": folder}
        command = [sys.executable, "-m", "dronectl", "serve", "--port", "0", "--workspace", str(root)]
        with (root / "serve.err").open("wb") as told:
            server = await asyncio.create_subprocess_exec(*command, env=environment, stderr=told)
        vehicles = asyncio.create_task(fly(sent))
        try:
            async with asyncio.timeout(120):
                while "http://" not in (words := (root / "serve.err").read_text()):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            url = words[words.index("http://") :].split(";")[0]
            async with browser() as (page, _):
                await page.size(1920, 1080)
                await page.open(url)
                await page.until(_READY + " && siteMap.picture.drones.some((one) => one.at)", within_s=120)
                await page.evaluate(_WATCH)
                del sent[:]
                await asyncio.sleep(60)
                drawn = [(int(lat), float(at)) for lat, at in await page.evaluate("window.drawn")]
        finally:
            vehicles.cancel()
            server.terminate()
            await server.wait()
    latitudes = [lat for lat, _ in drawn]
    late = []
    for lat, at_s in sent[: len(sent) - 40]:
        place = bisect_left(latitudes, lat)
        if place < len(drawn):
            late.append(1000.0 * (drawn[place][1] - at_s))
    late.sort()
    print(
        f"delay: {len(late)} places of 3 drones at 10 Hz, wire to pixel: median {statistics.median(late):.0f} ms, "
        f"90 % {late[int(0.9 * len(late))]:.0f} ms, 99 % {late[int(0.99 * len(late))]:.0f} ms, most {late[-1]:.0f} ms"
    )


_WATCH = """(() => {
  window.drawn = [];
  const own = siteMap.drawMoving.bind(siteMap);
  siteMap.drawMoving = (pen) => {
    own(pen);
    const first = siteMap.picture.drones[0];
    if (first.at) {
      const lat = Math.round(first.at[0] * 1e7);
      requestAnimationFrame(() => window.drawn.push([lat, (performance.timeOrigin + performance.now()) / 1000]));
    }
  };
})()"""
"""The frame is handed over when the next one begins."""


async def fly(sent: list[tuple[int, float]]) -> None:
    """Three vehicles that go north, each place another; ``sent`` has the first one's latitudes and when they went."""
    import socket

    from pymavlink.dialects.v20 import ardupilotmega as mavlink

    links = []
    for number in range(3):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setblocking(False)
        links.append((one, mavlink.MAVLink(None, srcSystem=number + 1, srcComponent=1), 14650 + number))
    begun_s, step = time.monotonic(), 0
    while True:
        for number, (one, codec, port) in enumerate(links):
            lat_e7 = 160520000 + 40 * step
            messages = [
                codec.global_position_int_encode(
                    int(1000 * (time.monotonic() - begun_s)),
                    lat_e7,
                    1036510000 + 9000 * number,
                    205000,
                    60000,
                    4,
                    0,
                    0,
                    0,
                )
            ]
            if step % 10 == 0:
                messages += [
                    codec.heartbeat_encode(2, 3, 209, 3, 4),
                    codec.extended_sys_state_encode(0, 2),
                    codec.sys_status_encode(0, 0, 0, 200, 22000, 900, 80, 0, 0, 0, 0, 0, 0),
                ]
            for message in messages:
                if number == 0 and message.get_type() == "GLOBAL_POSITION_INT":
                    sent.append((lat_e7, time.time()))
                with contextlib.suppress(OSError):  # nobody listens yet
                    one.sendto(message.pack(codec), ("127.0.0.1", port))
        step += 1
        await asyncio.sleep(max(begun_s + step / 10.0 - time.monotonic(), 0.0))


async def hours() -> None:
    async with page_of(3) as (page, _):
        await page.evaluate("source.close(); 0")
        await page.evaluate(_HOURS)
        heap: list[float] = []
        for half_hour in range(16):
            await page.evaluate(f"showMany({half_hour * 9000}, 9000)")
            await page.ask("HeapProfiler.collectGarbage")
            told = await page.ask("Performance.getMetrics")
            heap.append(next(one["value"] for one in told["metrics"] if one["name"] == "JSHeapUsedSize") / 1e6)
        nodes = await page.evaluate("document.getElementsByTagName('*').length")
    print(
        f"hours: 144,000 pictures: heap {heap[0]:.1f} MB after half an hour, {heap[-1]:.1f} MB after eight, "
        f"most {max(heap):.1f} MB; {nodes} elements"
    )


_HOURS = """(() => {
  const base = JSON.stringify(lastPicture);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  window.showMany = async (from, count) => {
    for (let step = from; step < from + count; step++) {
      const picture = JSON.parse(base), turn = step * 0.011;
      picture.clock = "step " + step;
      picture.drones.forEach((drone, index) => {
        drone.is_old = false;
        drone.at = [16.0535 + 0.003 * Math.sin(turn + index * 2), 103.6525 + 0.003 * Math.cos(turn + index * 2)];
      });
      if (step % 3000 === 0) picture.incidents = [{ ...picture.incidents[0], number: "1201-" + step }];
      show(picture); look();
      if (step % 20 === 0) await frame();
    }
  };
})()"""


def main() -> None:
    wanted = [word for word in sys.argv[1:] if word in WORDS] or list(WORDS)
    if _INSIDE not in os.environ and shutil.which("unshare"):
        inside = [
            "unshare",
            "-n",
            "sh",
            "-c",
            'ip link set lo up && exec "$@"',
            "sh",
            sys.executable,
            __file__,
            *wanted,
        ]
        if subprocess.run(["unshare", "-n", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0:
            os.execvpe("unshare", inside, {**os.environ, _INSIDE: "1"})
    print("network: loopback only" if _INSIDE in os.environ else "network: as this computer has it")
    for word in wanted:
        asyncio.run({"cost": cost, "delay": delay, "hours": hours}[word]())


if __name__ == "__main__":
    main()
