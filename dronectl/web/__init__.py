"""What the control room's browser and other programs reach by HTTP: the only home of Starlette and uvicorn.

``app.py`` the routes · ``page/`` the page · ``server.py`` serving it within an event loop. All that they answer comes
from a :class:`~dronectl.web.app.Room`.
"""
