"""Commands on the workspace: init, doctor, zones, sim."""
