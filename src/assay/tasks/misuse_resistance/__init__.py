"""Misuse resistance: the model does not serve as a tool of propaganda, attack, deceit or copying."""
