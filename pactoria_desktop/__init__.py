"""Pactoria Desktop: a contract workbench that works offline and never lies to Word."""

__version__ = "0.1.0"
