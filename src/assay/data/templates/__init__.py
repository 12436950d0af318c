"""Generators of items: new text out of templates and seeds, the same every time."""
