"""Robustness: does the model keep its answers when questions are noisy, and know when one is beyond it?"""
