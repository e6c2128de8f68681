"""Proves that every order has exactly one document with the right total while everything is killed.

See docs/reliability.md.
"""
