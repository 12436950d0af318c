"""Fairness: stereotypes, disparagement, preference (TrustLLM §8)."""
