"""One link, many processes: whoever opens it first owns it and shares it, everyone else joins."""
