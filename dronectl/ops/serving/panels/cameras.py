"""Fixed cameras of the site: where their pictures are, and which open incidents they see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dronectl.model.incidents.incident import Incident
from dronectl.model.site import Site


@dataclass
class CameraPanel:
    """``site`` for names and links; what is seen needs the geometry engine, and is worked out apart from the loop."""

    site: Site
    _asked: tuple[str, ...] = ()
    _sees: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def look(self, incidents: Sequence[Incident]) -> None:
        """Which cameras see these; called in a thread."""
        keys = tuple(one.key for one in incidents)
        if keys == self._asked or not self.site.zones.cctv:
            return
        from dronectl.geodesy.frame import LocalFrame
        from dronectl.planning.hotspots.cctv import cameras_seeing

        seen = cameras_seeing([one.place.point for one in incidents], self.site, LocalFrame(self.site.home))
        self._sees = {
            camera.id: [one.number for one, ids in zip(incidents, seen, strict=True) if camera.id in ids]
            for camera in self.site.zones.cctv
        }
        self._asked = keys

    def rows(self) -> list[dict[str, object]]:
        return [
            {
                "id": camera.id,
                "name": camera.name,
                "stream": camera.stream or None,
                "snapshot": camera.snapshot or None,
                "sees": list(self._sees.get(camera.id, ())),
            }
            for camera in self.site.zones.cctv
        ]
