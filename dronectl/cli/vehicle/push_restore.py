"""``dronectl push --restore``: what a backup in flights/ says was on board, back onto the drones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.cli.common.out import echo

if TYPE_CHECKING:
    from dronectl.ops.items.transaction import Committed


def restore(app: App, folder: Path) -> None:
    """Puts the old state back, all or none like a push, and says what each drone holds now."""
    from dataclasses import asdict

    from dronectl.cli.common.event_view import EventView
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.items.backup import KINDS
    from dronectl.ops.items.backup_folder import read_backup
    from dronectl.ops.items.logbook import Logbook
    from dronectl.ops.items.push import put_back

    states = {state.drone: state for state in read_backup(folder)}
    drones = [drone for drone in app.drones() if drone.name in states or drone.name in app.drone_names]
    logbook = Logbook(app.root() / "flights", "push --restore", {"restored": str(folder)}, restoring=folder)

    async def main() -> dict[str, Committed]:
        async with open_fleet(drones) as fleet:
            uids = {drone.name: drone.uid for drone in drones}
            return await put_back(fleet, states, uids=uids, listener=view, logbook=logbook)

    with EventView(app) as view, app.audited("push --restore", drones, {"backup": str(folder)}):
        done = event_loop.run(main())
    entries = [
        {
            "name": drone.name,
            "system_id": drone.system_id,
            "uid": done[drone.name].identity.uid,
            **{kind: asdict(one) for kind, key in KINDS.items() if (one := done[drone.name].transfers.get(key))},
            "parameters": [asdict(setting) for setting in done[drone.name].settings],
        }
        for drone in drones
    ]
    if app.json:
        app.print_json({"restored": str(folder), "drones": entries, "committed": True, "receipt": str(logbook.receipt)})
        return
    for name, committed in done.items():
        lists = [f"{kind} of {one.items} items" for kind, key in KINDS.items() if (one := committed.transfers.get(key))]
        parameters = [f"{len(committed.settings)} parameters"] if committed.settings else []
        echo(f"{name}: {', '.join([*lists, *parameters])} as before on board, read back and equal")
    echo(f"receipt: {logbook.receipt}")
