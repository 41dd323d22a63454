"""Test a web application in process, without a port or a thread."""
