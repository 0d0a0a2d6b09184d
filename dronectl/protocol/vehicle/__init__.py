"""One vehicle's own words and orders: heartbeat, telemetry, streams, commands, identity."""
