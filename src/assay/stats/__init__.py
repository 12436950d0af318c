"""Numbers about numbers: how far a measured value can be from the one that more rows would show. Pure."""
