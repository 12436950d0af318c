"""Privacy: awareness of what may be passed on, leakage of what should not be (TrustLLM §10)."""
