"""Contracts on the platform: particulars, versions, approvals, sharing, files."""
