"""Maps of a plan: a page to print (SVG, PNG), a page to explore (HTML) and a grid of characters for the terminal."""
