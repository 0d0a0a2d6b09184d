"""DataFlash logs (.bin, .log): tables, clock, events, tracks."""
