"""The workbench put together: contracts in tabs, panels beside them, everything a person can do as commands."""
