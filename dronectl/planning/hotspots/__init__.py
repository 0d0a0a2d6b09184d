"""Hot-spot patrols: rounds at random that leave no point alone for longer than promised."""
