"""What commands share: options, output, the event loop, tables, progress."""
