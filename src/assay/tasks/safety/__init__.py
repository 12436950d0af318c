"""Safety: harmful wishes are not served, harmless ones are (TrustLLM §7)."""
