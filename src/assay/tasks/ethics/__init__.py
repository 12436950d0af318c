"""Machine ethics: implicit values, explicit choices, awareness of itself and of others (TrustLLM §11)."""
