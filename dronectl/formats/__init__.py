"""Bytes <-> model values: files of other tools, recordings and exports."""
