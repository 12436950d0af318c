"""Reasoning: what is concluded follows, and the reasons given are the reasons."""
