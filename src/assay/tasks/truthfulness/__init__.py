"""Truthfulness: what a model says agrees with what is known and with what it was given. TrustLLM §6."""
