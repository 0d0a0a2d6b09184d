"""``dronectl sim train``: a drill for pilots, with a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo

if TYPE_CHECKING:
    from dronectl.model.scenario import Scenario
    from dronectl.sim.scenarios.drill import Drill


@click.command()
@command_options(drones=True, links=True)
@click.argument("scenario")
@click.option("--speedup", type=click.FloatRange(0.0, 100.0, min_open=True), help="Simulated seconds per second.")
@click.option("--seed", type=int, help="Of gusts and link faults: the same seed gives the same flight.")
@click.option("--show", is_flag=True, help="Say what happens when it happens: to look at a drill, not to take it.")
def train(app: App, scenario: str, *, speedup: float | None, seed: int | None, show: bool) -> None:
    """A drill: a fleet on which something goes wrong, and points for what its pilot does.

    It serves the built-in copters on the ports of dronectl.toml, as 'sim start' does. Push and fly a plan in another
    terminal, watch it, and do what is right. When all have landed, or at Ctrl-C, it says what happened, what each drone
    was ordered, how soon, and what that is worth.
    """
    from dronectl.cli.site.sim_settings import sim_settings
    from dronectl.ops.common import event_loop
    from dronectl.sim.scenarios.drill import Drill
    from dronectl.sim.scenarios.shadows import shadows_of
    from dronectl.site.exercises.scenarios import load_scenario

    site = app.site()
    settings = sim_settings(app, site, (), (), {"speedup": speedup, "seed": seed})
    chosen = load_scenario(site.root, scenario, [vehicle.name for vehicle in settings.vehicles])
    if not app.json:
        echo(f"{chosen.title}\n{chosen.brief}" if chosen.brief else chosen.title)

    def tell(text: str) -> None:
        app.err().print(text, markup=False, highlight=False)

    async def take() -> Drill:
        drill = Drill(settings, chosen, shadows_of(site.zones), tell, shows=show)
        with event_loop.first_interrupt(drill.stop):
            await drill.take()
        return drill

    drill = event_loop.run(take())
    if app.json:
        app.print_json(_document(chosen, drill))
    else:
        _print(app, drill)


def _document(scenario: Scenario, drill: Drill) -> dict[str, object]:
    answers = drill.answers
    return {
        "scenario": scenario.name,
        "points": round(sum(answer.points for answer in answers), 1),
        "of_points": sum(answer.expected.points for answer in answers),
        "happened": [
            {"event": one.event.id, "what": one.event.what, "drone": one.drone, "t_s": round(one.t_s, 1)}
            for one in drill.happened
            if not one.is_over
        ],
        "orders": [{"drone": one.drone, "order": one.order, "t_s": round(one.t_s, 1)} for one in drill.taken],
        "answers": [
            {
                "after": answer.expected.after,
                "drone": answer.expected.drone,
                "orders": list(answer.expected.orders),
                "taken": answer.taken and answer.taken.order,
                "took_s": None if answer.took_s is None else round(answer.took_s, 1),
                "within_s": answer.expected.within_s,
                "points": answer.points,
                "of_points": answer.expected.points,
                "note": answer.note,
            }
            for answer in answers
        ],
    }


def _print(app: App, drill: Drill) -> None:
    from dronectl.cli.common.tables import new_table

    for one in drill.happened:
        if not one.is_over:
            echo(f"{one.t_s:6.0f} s  {one.drone}: {one.event.what}")
    for order in drill.taken:
        echo(f"{order.t_s:6.0f} s  {order.drone}: ordered {order.order}")
    answers = drill.answers
    if not answers:
        echo("nothing was expected of the pilot: no points")
        return
    table = new_table("what was expected")
    for heading in ("after", "drone", "order", "took", "within", "points", ""):
        table.add_column(heading)
    for answer in answers:
        expected = answer.expected
        took = "-" if answer.took_s is None else f"{answer.took_s:.0f} s"
        points = f"{answer.points:g} of {expected.points}"
        words = " or ".join(expected.orders)
        table.add_row(expected.after, expected.drone, words, took, f"{expected.within_s:.0f} s", points, answer.note)
    app.out().print(table)
    reached, most = sum(answer.points for answer in answers), sum(answer.expected.points for answer in answers)
    echo(f"{reached:g} of {most} points")
