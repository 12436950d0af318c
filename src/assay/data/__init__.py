"""Where raw records come from: the embedded `core` suite and the official TrustLLM data, by pinned hash."""
