"""Use cases over links. They return values and emit events; they print nothing."""
