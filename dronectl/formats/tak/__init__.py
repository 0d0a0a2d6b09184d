"""Cursor on Target as XML (TAK protocol version 0), and the file in which officers' places are shared."""
