"""What people type. The only home of click and rich; one module per command group."""
