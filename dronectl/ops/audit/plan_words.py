"""Which plan an order was about, and who lifted which rule for it."""

from __future__ import annotations

from dronectl.model.plan.plan import Plan


def of_plan(plan: Plan) -> dict[str, object]:
    """What a line of the log says of it."""
    from dronectl.formats.plans.plan_folder import plan_sha256

    return {"plan_sha256": plan_sha256(plan), "overrides": list(plan.overrides)}
